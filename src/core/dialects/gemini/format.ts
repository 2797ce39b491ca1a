/** Writes hub answers as Google's clients read them: one answer, or the events of a stream. */
import type { GeminiAnswer, GeminiUsage } from '../../schema/google/generate-content.js';
import type { ChatCompletion, ChatCompletionChunk, ChatUsage } from '../../schema/openai/chat.js';
import type { AnswerFormat } from '../../spec/exchange.js';
import type { Usage } from '../../spec/usage.js';
import { CandidateStream } from './candidate-stream.js';
import { toFinishReason, toParts } from './candidate-parts.js';

interface Context {
  /** The provider's name of the model. */
  readonly model: string;
  /** The id for answers whose provider gives none. */
  readonly responseId: string;
}

/** One answer; a stream's events depend on those before, so each answer has a format of its own. */
export class GenerateContentFormat implements AnswerFormat<string, string> {
  readonly needsUsage = true;
  private readonly stream: CandidateStream;

  constructor(context: Context) {
    this.stream = new CandidateStream(context);
  }

  whole(completion: ChatCompletion): string {
    return JSON.stringify(toAnswer(completion));
  }

  part(chunks: readonly ChatCompletionChunk[]): string {
    let text = '';
    for (const chunk of chunks) {
      const answer = this.stream.of(chunk);
      if (answer) text += event(answer);
    }
    return text;
  }

  /** The end of every candidate, and the counts: Google gives both in the last event. */
  tail(_last: ChatCompletionChunk | undefined, usage: Usage | undefined): string {
    return event({ ...this.stream.end(), ...(usage && { usageMetadata: fromUsage(usage) }) });
  }
}

export function toAnswer({ id, model, choices, usage }: ChatCompletion): GeminiAnswer {
  return {
    candidates: choices.map(({ index, message, finish_reason: reason }) => ({
      content: { role: 'model', parts: toParts(message) },
      finishReason: toFinishReason(reason),
      index,
    })),
    ...(usage && { usageMetadata: fromChatUsage(usage) }),
    modelVersion: model,
    responseId: id,
  };
}

function event(answer: GeminiAnswer): string {
  return `data: ${JSON.stringify(answer)}\n\n`;
}

function fromChatUsage(usage: ChatUsage): GeminiUsage {
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = usage;
  const reasoningTokens = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  const cachedTokens = usage.prompt_tokens_details?.cached_tokens ?? 0;
  return fromUsage({ promptTokens, completionTokens, reasoningTokens, cachedTokens });
}

/** Google counts thoughts beside the answer, the hub as a part of it. */
function fromUsage({ promptTokens, completionTokens, reasoningTokens = 0, cachedTokens = 0 }: Usage): GeminiUsage {
  const thoughts = Math.min(reasoningTokens, completionTokens);
  return {
    promptTokenCount: promptTokens,
    candidatesTokenCount: completionTokens - thoughts,
    totalTokenCount: promptTokens + completionTokens,
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
    ...(cachedTokens > 0 && { cachedContentTokenCount: cachedTokens }),
  };
}
