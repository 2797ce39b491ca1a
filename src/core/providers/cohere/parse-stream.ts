/** The events of Cohere's stream as chat completion chunks. */
// https://docs.cohere.com/docs/streaming
import { GatewayError } from '../../errors/gateway-error.js';
import type { CohereEvent, CohereLogprobs, CohereToolCall, CohereUsage } from '../../schema/cohere.js';
import type { ChatCompletionChunk, ChatDelta, FinishReason } from '../../schema/openai/chat.js';
import { ChunkFrame } from '../../schema/openai/chunk-frame.js';
import { wantsFunctionCall } from '../../schema/openai/tool-names.js';
import type { ChatCall, ChatStreamParser } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';
import { SseDecoder, type SseEvent } from '../../transport/sse-decoder.js';
import { invalidAnswer, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { toAnnotations, toFinishReason, toLogprobs, toUsage } from './answer-parts.js';

export class CohereStreamParser implements ChatStreamParser {
  finished = false;
  beforeFault: readonly ChatCompletionChunk[] = [];
  private readonly decoder = new SseDecoder();
  private readonly frame: ChunkFrame;
  private readonly legacy: boolean;
  private wireUsage: CohereUsage | null | undefined;
  private begun = false;
  /** Calls by the index of their events, which other parts of the answer share. */
  private readonly calls = new Map<number, number>();
  private chunks: ChatCompletionChunk[] = [];

  constructor(
    call: ChatCall,
    private readonly provider: string,
  ) {
    this.frame = new ChunkFrame(call);
    this.legacy = wantsFunctionCall(call.body);
  }

  get usage(): Usage | undefined {
    return toUsage(this.wireUsage);
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

  private readAll(events: readonly SseEvent[]): ChatCompletionChunk[] {
    this.chunks = [];
    this.beforeFault = [];
    try {
      for (const { data } of events) {
        if (this.finished) break;
        // The answer has ended with its own event already.
        if (data.trim() !== '[DONE]') this.read(readJsonAnswer(data, this.provider));
      }
    } catch (fault) {
      this.beforeFault = this.chunks;
      throw fault;
    }
    return this.chunks;
  }

  private read({ type, id, index = 0, delta, logprobs }: CohereEvent): void {
    const message = delta?.message;
    switch (type) {
      case 'message-start':
        this.frame.id = id ?? this.frame.id;
        this.emit({});
        break;
      case 'content-start':
      case 'content-delta': {
        const { text, thinking } = message?.content ?? {};
        if (text) this.emit({ content: text }, null, logprobs);
        if (thinking) this.emit({ reasoning_content: thinking });
        break;
      }
      case 'tool-plan-delta':
        if (message?.tool_plan) this.emit({ reasoning_content: message.tool_plan });
        break;
      case 'tool-call-start':
        this.startCall(index, message?.tool_calls ?? {});
        break;
      case 'tool-call-delta':
        this.continueCall(index, message?.tool_calls?.function?.arguments);
        break;
      case 'citation-start':
        if (message?.citations) this.cite([message.citations]);
        break;
      case 'message-end':
        this.finish(delta);
        break;
      default: // Ends of parts, debug events, and those that are not known yet.
    }
  }

  private startCall(index: number, { id, function: called }: CohereToolCall): void {
    const position = this.calls.size;
    this.calls.set(index, position);
    const begun = { name: called?.name ?? '', arguments: called?.arguments ?? '' };
    const call = { index: position, id: id ?? '', type: 'function' as const, function: begun };
    this.emit(this.legacy ? { function_call: begun } : { tool_calls: [call] });
  }

  private continueCall(index: number, text: string | undefined): void {
    const position = this.calls.get(index);
    if (position === undefined)
      throw invalidAnswer(this.provider, 'its stream continues a tool call that it never began');
    if (!text) return;
    const more = { arguments: text };
    this.emit(this.legacy ? { function_call: more } : { tool_calls: [{ index: position, function: more }] });
  }

  private cite(citations: Parameters<typeof toAnnotations>[0]): void {
    const annotations = toAnnotations(citations);
    this.emit({ ...(annotations.length > 0 && { annotations }), provider_specific_fields: { citations } });
  }

  private finish(delta: CohereEvent['delta']): void {
    this.wireUsage = delta?.usage;
    const reason = toFinishReason(delta?.finish_reason, delta?.error, this.provider);
    if (reason) this.emit({}, reason === 'tool_calls' && this.legacy ? 'function_call' : reason);
    this.finished = true;
  }

  private emit(delta: ChatDelta, finish: FinishReason | null = null, pieces?: CohereLogprobs | null): void {
    const first = this.begun ? undefined : { role: 'assistant' as const, content: '' };
    this.begun = true;
    const chunk = this.frame.chunk({ ...first, ...delta }, finish);
    const logprobs = pieces ? toLogprobs([pieces]) : undefined;
    this.chunks.push(
      logprobs ? { ...chunk, choices: chunk.choices.map((choice) => ({ ...choice, logprobs })) } : chunk,
    );
  }
}
