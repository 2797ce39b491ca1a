/** Posts batches to a webhook as JSON, signed with a shared secret. */
import { createHmac } from 'node:crypto';
import type { Clock } from '#src/core/spec/clock.js';
import type { ExportBatch } from '../export-batch.js';
import type { AuditSink } from '../sink.js';
import { deliverOverHttp, type DispatcherTo } from './http-delivery.js';

export interface WebhookTarget {
  readonly url: URL;
  readonly secret: string;
}

export class WebhookSink implements AuditSink {
  readonly name = 'webhook';

  constructor(
    private readonly target: WebhookTarget,
    private readonly dispatcherTo: DispatcherTo,
    private readonly clock: Clock,
  ) {}

  deliver({ first, last, records }: ExportBatch, signal: AbortSignal): Promise<void> {
    const { url, secret } = this.target;
    const body = JSON.stringify({ first: Number(first), last: Number(last), records });
    const time = Math.floor(this.clock.now() / 1_000);
    const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
    const headers = {
      'content-type': 'application/json',
      // The same for the same batch: a receiver that knows it has nothing more to do.
      'tollgate-batch': `${first}-${last}-${records.length}`,
      'tollgate-signature': `t=${time},v1=${signature}`,
    };
    const request = { method: 'POST', origin: url.origin, path: url.pathname + url.search, headers, body } as const;
    return deliverOverHttp(this.dispatcherTo, request, signal);
  }
}
