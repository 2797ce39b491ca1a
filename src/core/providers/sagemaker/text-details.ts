/** What a container that completes a text says about its answer: why it ended, and its tokens. */
import type { FinishReason } from '../../schema/openai/chat.js';
import { readCount } from '../../schema/openai/chat-usage.js';
import type { Usage } from '../../spec/usage.js';

/** An answer that is there in whole and names no reason has come to its end. */
export function finishOf({ finish_reason: reason }: Readonly<Record<string, unknown>>): FinishReason {
  return reason === 'length' ? 'length' : 'stop';
}

/** Undefined where one of the two is not counted. */
export function usageOf(details: Readonly<Record<string, unknown>>): Usage | undefined {
  const { generated_tokens: generated, input_length: length, prefill } = details;
  const prompt = length ?? (Array.isArray(prefill) && prefill.length > 0 ? prefill.length : undefined);
  if (typeof generated !== 'number' || typeof prompt !== 'number') return undefined;
  return { promptTokens: readCount(prompt), completionTokens: readCount(generated) };
}
