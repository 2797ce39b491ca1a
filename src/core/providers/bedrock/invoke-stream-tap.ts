/** Passes Claude's stream on as Anthropic sends it: each event out of its frame, as a server-sent one. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { NativeStreamTap } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';
import { AwsEventStreamDecoder } from '../../transport/aws-event-stream-decoder.js';
import { inNameOf } from '../anthropic/claude-host.js';
import { MessagesProgress } from '../anthropic/messages-progress.js';
import { eventInChunk } from './invoke-chunk.js';
import { providerId } from './provider-id.js';

/** Bedrock's own counts, in the last event. Anthropic's clients do not know them. */
const metrics = 'amazon-bedrock-invocationMetrics';

export class InvokeStreamTap implements NativeStreamTap {
  beforeFault: Buffer | undefined;
  private readonly decoder = new AwsEventStreamDecoder();
  private readonly progress = new MessagesProgress(providerId);

  get finished(): boolean {
    return this.progress.finished;
  }

  get contentEvents(): number {
    return this.progress.contentEvents;
  }

  get usage(): Usage | undefined {
    return this.progress.usage;
  }

  push(bytes: Buffer): Buffer | undefined {
    this.beforeFault = undefined;
    if (this.finished) return undefined;
    let events = '';
    try {
      for (const message of inNameOf(providerId, () => this.decoder.push(bytes))) {
        const data = eventInChunk(message);
        if (data !== undefined) events += this.asSent(data);
        if (this.finished) break;
      }
    } catch (fault) {
      this.beforeFault = toBytes(events);
      throw fault;
    }
    return toBytes(events);
  }

  end(): undefined {
    this.beforeFault = undefined;
    if (!this.finished) throw new GatewayError('upstream_stream_truncated', { provider: providerId });
  }

  private asSent(data: string): string {
    const event = this.progress.read(data);
    const { [metrics]: counted, ...shown } = event as Readonly<Record<string, unknown>>;
    // A line break would end the line of the event.
    const text = counted === undefined && !/[\r\n]/.test(data) ? data : JSON.stringify(shown);
    return `event: ${String(event.type)}\ndata: ${text}\n\n`;
  }
}

function toBytes(events: string): Buffer | undefined {
  return events === '' ? undefined : Buffer.from(events);
}
