/** The events of a prediction's stream as chat completion chunks. */
// https://replicate.com/docs/topics/predictions/streaming
import { GatewayError } from '../../errors/gateway-error.js';
import type { ChatCompletionChunk } from '../../schema/openai/chat.js';
import { ChunkFrame } from '../../schema/openai/chunk-frame.js';
import type { ChatCall, ChatStreamParser } from '../../spec/chat-adapter.js';
import { SseDecoder, type SseEvent } from '../../transport/sse-decoder.js';
import { maskSecrets } from '../openai-compatible/mask-secrets.js';
import { ended } from './parse-response.js';

const provider = 'replicate';

export class ReplicateStreamParser implements ChatStreamParser {
  finished = false;
  /** The stream reports none. */
  readonly usage = undefined;
  beforeFault: readonly ChatCompletionChunk[] = [];
  private readonly decoder = new SseDecoder();
  private readonly frame: ChunkFrame;
  private begun = false;

  constructor(call: ChatCall) {
    this.frame = new ChunkFrame(call);
  }

  push(bytes: Uint8Array): readonly ChatCompletionChunk[] {
    return this.readAll(this.decoder.push(bytes));
  }

  end(): readonly ChatCompletionChunk[] {
    const chunks = this.readAll(this.decoder.end());
    if (this.finished) return chunks;
    this.beforeFault = chunks;
    throw new GatewayError('upstream_stream_truncated', { provider });
  }

  private readAll(events: readonly SseEvent[]): ChatCompletionChunk[] {
    const chunks: ChatCompletionChunk[] = [];
    this.beforeFault = [];
    try {
      for (const event of events) if (!this.finished) this.read(event, chunks);
    } catch (fault) {
      this.beforeFault = chunks;
      throw fault;
    }
    return chunks;
  }

  private read({ event, data }: SseEvent, chunks: ChatCompletionChunk[]): void {
    if (event === 'output') {
      chunks.push(this.frame.chunk(this.begun ? { content: data } : { role: 'assistant', content: data }));
      this.begun = true;
    } else if (event === 'error') {
      throw new GatewayError('upstream_stream_error', { message: reasonIn(data, 'detail') ?? undefined, provider });
    } else if (event === 'done') {
      const reason = reasonIn(data, 'reason');
      if (reason !== undefined) throw ended(reason);
      if (!this.begun) chunks.push(this.frame.chunk({ role: 'assistant', content: '' }));
      chunks.push(this.frame.chunk({}, 'stop'));
      this.finished = true;
    }
  }
}

function reasonIn(data: string, member: string): string | undefined {
  try {
    const value = (JSON.parse(data) as Record<string, unknown> | null)?.[member];
    return typeof value === 'string' ? maskSecrets(value) : undefined;
  } catch {
    return data === '' ? undefined : maskSecrets(data);
  }
}
