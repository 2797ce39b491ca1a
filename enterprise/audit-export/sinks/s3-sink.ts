/** Puts batches into a bucket as JSON lines; a batch that is sent again overwrites its own object. */
import type { Clock } from '#src/core/spec/clock.js';
import { signRequest, type AwsKeys } from '#src/core/providers/bedrock/aws-signature.js';
import type { ExportBatch } from '../export-batch.js';
import type { AuditSink } from '../sink.js';
import { deliverOverHttp, type DispatcherTo } from './http-delivery.js';

export interface S3Target {
  /** `https://bucket.s3.region.amazonaws.com`, or that of a compatible store. */
  readonly origin: string;
  /** Before the object's key: empty, or `/bucket` where the store has its buckets in the path. */
  readonly basePath: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
  readonly region: string;
  readonly keys: AwsKeys;
}

/** So that keys sort as their sequences do. */
const digits = 20;

export class S3Sink implements AuditSink {
  readonly name = 's3';

  constructor(
    private readonly target: S3Target,
    private readonly dispatcherTo: DispatcherTo,
    private readonly clock: Clock,
  ) {}

  async deliver(batch: ExportBatch, signal: AbortSignal): Promise<void> {
    const { origin, basePath, region, keys } = this.target;
    const request = {
      method: 'PUT',
      origin,
      path: `${basePath}/${this.objectKey(batch)}`,
      headers: { 'content-type': 'application/x-ndjson' },
      body: batch.records.map((record) => `${JSON.stringify(record)}\n`).join(''),
    } as const;
    const signed = await signRequest(request, keys, { region, service: 's3', nowMs: this.clock.now() });
    await deliverOverHttp(this.dispatcherTo, signed, signal);
  }

  private objectKey({ first, last, records }: ExportBatch): string {
    const padded = (sequence: bigint): string => String(sequence).padStart(digits, '0');
    const isCheckpoint = records.every(({ type }) => type === 'audit_checkpoint');
    const name = isCheckpoint ? `${padded(last)}-checkpoint` : `${padded(first)}-${padded(last)}`;
    return `${this.target.prefix}${name}.jsonl`;
  }
}
