/** A stream in AWS's binary framing whose messages carry another stream: takes it out and hands it to that one's parser. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { ChatCompletionChunk } from '../../schema/openai/chat.js';
import type { ChatStreamParser } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';
import { AwsEventStreamDecoder, type AwsStreamMessage } from '../../transport/aws-event-stream-decoder.js';
import { streamFault } from './parse-error.js';

/** The bytes of the carried stream; undefined for a message that carries none. */
export type Unwrap = (message: AwsStreamMessage) => Uint8Array | undefined;

export class FramedStreamParser implements ChatStreamParser {
  beforeFault: readonly ChatCompletionChunk[] = [];
  private readonly decoder = new AwsEventStreamDecoder();

  constructor(
    private readonly inner: ChatStreamParser,
    private readonly unwrap: Unwrap,
    private readonly provider: string,
  ) {}

  get finished(): boolean {
    return this.inner.finished;
  }

  get usage(): Usage | undefined {
    return this.inner.usage;
  }

  push(bytes: Uint8Array): readonly ChatCompletionChunk[] {
    const chunks: ChatCompletionChunk[] = [];
    this.beforeFault = [];
    try {
      for (const message of this.decoder.push(bytes)) {
        if (this.inner.finished) break;
        if (message.type !== 'event') throw streamFault(message, this.provider);
        const carried = this.unwrap(message);
        if (carried) chunks.push(...this.inner.push(carried));
      }
    } catch (fault) {
      this.beforeFault = [...chunks, ...this.inner.beforeFault];
      throw fault;
    }
    return chunks;
  }

  end(): readonly ChatCompletionChunk[] {
    this.beforeFault = [];
    if (!this.inner.finished && !this.decoder.end())
      throw new GatewayError('upstream_stream_truncated', { provider: this.provider });
    try {
      return this.inner.end();
    } catch (fault) {
      this.beforeFault = this.inner.beforeFault;
      throw fault;
    }
  }
}
