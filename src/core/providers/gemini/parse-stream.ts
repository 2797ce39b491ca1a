/** The events of Gemini's stream as chat completion chunks. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { GeminiAnswer, GeminiCandidate, GeminiUsage } from '../../schema/google/generate-content.js';
import type { ChatCompletionChunk, ChatDelta, FinishReason } from '../../schema/openai/chat.js';
import { ChunkFrame } from '../../schema/openai/chunk-frame.js';
import { wantsFunctionCall } from '../../schema/openai/tool-names.js';
import type { ChatCall, ChatStreamParser } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';
import { SseDecoder, type SseEvent } from '../../transport/sse-decoder.js';
import { readParts, toAnnotations, toFinishReason, toLogprobs, type CandidateContent } from './candidate-parts.js';
import type { GeminiHost } from './gemini-host.js';
import { countSearches, toUsage } from './map-usage.js';
import { parseAnswer } from './parse-error.js';
import { newCallId, specificFields } from './parse-response.js';

/** One of the answers that a stream brings. */
interface Choice {
  text: string;
  calls: number;
  begun: boolean;
  ended: boolean;
}

export class GeminiStreamParser implements ChatStreamParser {
  /** The stream has no end marker: it is complete when every answer that it began has said why it ended. */
  readonly finished = false;
  beforeFault: readonly ChatCompletionChunk[] = [];
  private readonly decoder = new SseDecoder();
  private readonly frame: ChunkFrame;
  private readonly legacy: boolean;
  private readonly choices = new Map<number, Choice>();
  private wireUsage: GeminiUsage | undefined;
  private searches = 0;
  private chunks: ChatCompletionChunk[] = [];

  constructor(
    private readonly call: ChatCall,
    private readonly host: GeminiHost,
  ) {
    this.frame = new ChunkFrame(call);
    this.legacy = wantsFunctionCall(call.body);
  }

  get usage(): Usage | undefined {
    return toUsage(this.wireUsage, this.searches);
  }

  push(bytes: Uint8Array): readonly ChatCompletionChunk[] {
    return this.readAll(this.decoder.push(bytes));
  }

  end(): readonly ChatCompletionChunk[] {
    const chunks = this.readAll(this.decoder.end());
    const choices = [...this.choices.values()];
    if (choices.length > 0 && choices.every(({ ended }) => ended)) return chunks;
    this.beforeFault = chunks;
    throw new GatewayError('upstream_stream_truncated', { provider: this.host.provider });
  }

  private readAll(events: readonly SseEvent[]): ChatCompletionChunk[] {
    this.chunks = [];
    this.beforeFault = [];
    try {
      for (const { data } of events) this.read(parseAnswer(data, this.host.provider, 'upstream_stream_error'));
    } catch (fault) {
      this.beforeFault = this.chunks;
      throw fault;
    }
    return this.chunks;
  }

  private read(answer: GeminiAnswer): void {
    this.frame.id = answer.responseId ?? this.frame.id;
    this.frame.model = answer.modelVersion ?? this.frame.model;
    this.wireUsage = answer.usageMetadata ? { ...this.wireUsage, ...answer.usageMetadata } : this.wireUsage;
    this.searches = Math.max(this.searches, countSearches(answer, this.call.model));
    for (const [position, candidate] of (answer.candidates ?? []).entries())
      this.readCandidate(candidate, candidate.index ?? position);
    // A prompt that was blocked has no candidates.
    if (answer.promptFeedback?.blockReason !== undefined && !answer.candidates?.length)
      this.readCandidate({ finishReason: 'PROHIBITED_CONTENT' }, 0);
  }

  private readCandidate(candidate: GeminiCandidate, index: number): void {
    const choice = this.choiceOf(index);
    const before = choice.calls;
    const content = readParts(candidate, this.call.body, (at) => newCallId(this.call, index, before + at));
    choice.text += content.text;
    choice.calls += content.calls.length;
    const delta = this.deltaOf(content, before);
    const annotations = toAnnotations(candidate.groundingMetadata, choice.text);
    const fields = specificFields(content, candidate.groundingMetadata);
    const whole = {
      ...delta,
      ...(annotations.length > 0 && { annotations }),
      ...(fields && { provider_specific_fields: fields }),
    };
    const logprobs = toLogprobs(candidate);
    if (!choice.begun || Object.keys(whole).length > 0)
      this.emit(choice.begun ? whole : { role: 'assistant', ...whole }, index, logprobs);
    choice.begun = true;
    if (candidate.finishReason === undefined || choice.ended) return;
    choice.ended = true;
    const finish = toFinishReason(candidate.finishReason, choice.calls > 0);
    this.finish(finish === 'tool_calls' && this.legacy ? 'function_call' : finish, index);
  }

  private deltaOf({ text, reasoning, calls, images, audio }: CandidateContent, before: number): ChatDelta {
    return {
      ...(text !== '' && { content: text }),
      ...(reasoning !== '' && { reasoning_content: reasoning }),
      ...(calls.length > 0 &&
        (this.legacy
          ? { function_call: calls[0]?.function }
          : { tool_calls: calls.map((call, index) => ({ ...call, index: before + index })) })),
      ...(images.length > 0 && { images }),
      ...(audio && { audio }),
    };
  }

  private choiceOf(index: number): Choice {
    let choice = this.choices.get(index);
    if (choice === undefined) {
      choice = { text: '', calls: 0, begun: false, ended: false };
      this.choices.set(index, choice);
    }
    return choice;
  }

  private emit(delta: ChatDelta, index: number, logprobs: object | undefined): void {
    const chunk = this.frame.chunk(delta, null, index);
    const [choice] = chunk.choices;
    this.chunks.push(logprobs && choice ? { ...chunk, choices: [{ ...choice, logprobs }] } : chunk);
  }

  private finish(reason: FinishReason, index: number): void {
    this.chunks.push(this.frame.chunk({}, reason, index));
  }
}
