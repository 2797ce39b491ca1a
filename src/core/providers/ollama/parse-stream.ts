/** The lines of Ollama's stream as chat completion chunks. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { OllamaAnswer } from '../../schema/ollama.js';
import type { ChatCompletionChunk, ChatDelta } from '../../schema/openai/chat.js';
import { ChunkFrame } from '../../schema/openai/chunk-frame.js';
import type { ChatCall, ChatStreamParser } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';
import { NdjsonDecoder } from '../../transport/ndjson-decoder.js';
import { parseAnswer, toFinishReason, toToolCalls, toUsage } from './parse-response.js';

export class OllamaStreamParser implements ChatStreamParser {
  finished = false;
  usage: Usage | undefined;
  beforeFault: readonly ChatCompletionChunk[] = [];
  private readonly decoder = new NdjsonDecoder();
  private readonly frame: ChunkFrame;
  private begun = false;
  private toolCount = 0;

  constructor(
    private readonly call: ChatCall,
    private readonly provider: string,
  ) {
    this.frame = new ChunkFrame(call);
  }

  push(bytes: Uint8Array): readonly ChatCompletionChunk[] {
    return this.readAll(this.decoder.push(bytes));
  }

  end(): readonly ChatCompletionChunk[] {
    const chunks = this.readAll(this.decoder.end());
    if (this.finished) return chunks;
    this.beforeFault = chunks;
    throw new GatewayError('upstream_stream_truncated', { provider: this.provider });
  }

  private readAll(lines: readonly string[]): ChatCompletionChunk[] {
    const chunks: ChatCompletionChunk[] = [];
    this.beforeFault = [];
    try {
      for (const line of lines) {
        if (this.finished) break;
        chunks.push(...this.read(parseAnswer(line, this.provider, 'upstream_stream_error')));
      }
    } catch (fault) {
      this.beforeFault = chunks;
      throw fault;
    }
    return chunks;
  }

  private read(answer: OllamaAnswer): ChatCompletionChunk[] {
    this.frame.model = answer.model ?? this.frame.model;
    const delta = this.deltaOf(answer);
    const chunks: ChatCompletionChunk[] = [];
    if (!this.begun || Object.keys(delta).length > 0) {
      const first = this.begun ? undefined : { role: 'assistant' as const, content: '' };
      chunks.push(withLogprobs(this.frame.chunk({ ...first, ...delta }), answer));
      this.begun = true;
    }
    if (answer.done === true) {
      this.finished = true;
      this.usage = toUsage(answer);
      chunks.push(this.frame.chunk({}, toFinishReason(answer.done_reason, this.toolCount > 0)));
    }
    return chunks;
  }

  private deltaOf(answer: OllamaAnswer): ChatDelta {
    const text = answer.message?.content ?? answer.response;
    const reasoning = answer.message?.thinking ?? answer.thinking;
    const calls = toToolCalls(answer, this.call, this.toolCount, this.provider);
    const before = this.toolCount;
    this.toolCount += calls.length;
    return {
      ...(text && { content: text }),
      ...(reasoning && { reasoning_content: reasoning }),
      ...(calls.length > 0 && { tool_calls: calls.map((called, index) => ({ ...called, index: before + index })) }),
    };
  }
}

function withLogprobs(chunk: ChatCompletionChunk, { logprobs }: OllamaAnswer): ChatCompletionChunk {
  const [choice] = chunk.choices;
  if (!logprobs || !choice) return chunk;
  return { ...chunk, choices: [{ ...choice, logprobs: { content: logprobs, refusal: null } }] };
}
