/** The token stream of a container that completes a text, as chat completion chunks. */
// https://huggingface.co/docs/text-generation-inference/conceptual/streaming
import { GatewayError } from '../../errors/gateway-error.js';
import type { ChatCompletionChunk } from '../../schema/openai/chat.js';
import { ChunkFrame } from '../../schema/openai/chunk-frame.js';
import type { ChatCall, ChatStreamParser } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';
import { NdjsonDecoder } from '../../transport/ndjson-decoder.js';
import { findReportedError } from '../openai-compatible/parse-error.js';
import { invalidAnswer, objectOf } from '../openai-compatible/read-answer.js';
import { finishOf, usageOf } from './text-details.js';

const provider = 'sagemaker';

/** Lines of JSON, some with `data:` before them: each stands for one token, the last has the whole text too. */
export class TextStreamParser implements ChatStreamParser {
  finished = false;
  usage: Usage | undefined;
  beforeFault: readonly ChatCompletionChunk[] = [];
  private readonly lines = new NdjsonDecoder();
  private readonly frame: ChunkFrame;
  private begun = false;

  constructor(call: ChatCall) {
    this.frame = new ChunkFrame(call);
  }

  push(bytes: Uint8Array): readonly ChatCompletionChunk[] {
    return this.readAll(this.lines.push(bytes));
  }

  end(): readonly ChatCompletionChunk[] {
    const chunks = this.readAll(this.lines.end());
    if (this.finished) return chunks;
    this.beforeFault = chunks;
    throw new GatewayError('upstream_stream_truncated', { provider });
  }

  private readAll(lines: readonly string[]): ChatCompletionChunk[] {
    const chunks: ChatCompletionChunk[] = [];
    this.beforeFault = [];
    try {
      for (const line of lines) {
        if (this.finished) break;
        const json = line.replace(/^data:\s*/, '');
        // Names of events, comments and end markers say nothing here.
        if (json.startsWith('{')) chunks.push(...this.read(json));
      }
    } catch (fault) {
      this.beforeFault = chunks;
      throw fault;
    }
    return chunks;
  }

  private read(json: string): ChatCompletionChunk[] {
    let event: unknown;
    try {
      event = JSON.parse(json);
    } catch (cause) {
      throw invalidAnswer(provider, 'an event that is not JSON', cause);
    }
    const reported = findReportedError(event, provider, 'upstream_stream_error');
    if (reported) throw reported;
    const { token, generated_text: whole, details } = objectOf(event);
    const { text, special } = objectOf(token);
    const chunks: ChatCompletionChunk[] = [];
    if (!this.begun) chunks.push(this.frame.chunk({ role: 'assistant', content: '' }));
    this.begun = true;
    if (typeof text === 'string' && text !== '' && special !== true) chunks.push(this.frame.chunk({ content: text }));
    if (typeof whole === 'string') {
      this.usage = usageOf(objectOf(details));
      this.finished = true;
      chunks.push(this.frame.chunk({}, finishOf(objectOf(details))));
    }
    return chunks;
  }
}
