/** Gemini's token counts as ours. */
// https://ai.google.dev/api/generate-content#UsageMetadata
import type { GeminiAnswer, GeminiModalityCount, GeminiUsage } from '../../schema/google/generate-content.js';
import { readCount } from '../../schema/openai/chat-usage.js';
import type { Usage } from '../../spec/usage.js';

/** Thoughts are counted beside the answer; here the completion includes them. Undefined where nothing is counted. */
export function toUsage(wire: GeminiUsage | undefined, searches: number): Usage | undefined {
  if (typeof wire?.promptTokenCount !== 'number' && typeof wire?.candidatesTokenCount !== 'number') return undefined;
  const thoughts = readCount(wire.thoughtsTokenCount);
  const cached = readCount(wire.cachedContentTokenCount);
  const tier = wire.trafficType;
  return {
    promptTokens: readCount(wire.promptTokenCount) + readCount(wire.toolUsePromptTokenCount),
    completionTokens: readCount(wire.candidatesTokenCount) + thoughts,
    ...(cached > 0 && { cachedTokens: cached }),
    ...(thoughts > 0 && { reasoningTokens: thoughts }),
    ...positive('audioPromptTokens', countOf('AUDIO', wire.promptTokensDetails)),
    ...positive('imagePromptTokens', countOf('IMAGE', wire.promptTokensDetails)),
    ...positive('audioCompletionTokens', countOf('AUDIO', wire.candidatesTokensDetails)),
    ...positive('imageCompletionTokens', countOf('IMAGE', wire.candidatesTokensDetails)),
    ...positive('webSearchRequests', searches),
    ...(tier === 'ON_DEMAND_PRIORITY' && { serviceTier: 'priority' }),
    ...(tier === 'ON_DEMAND_FLEX' && { serviceTier: 'flex' }),
  };
}

/** A search is billed once for an answer, and from Gemini 3 on for each query. */
export function countSearches({ candidates }: GeminiAnswer, model: string): number {
  const queries = (candidates ?? []).flatMap(({ groundingMetadata: grounding }) => grounding?.webSearchQueries ?? []);
  return /gemini-(?:[3-9]|\d{2,})/.test(model) ? queries.length : Math.min(queries.length, 1);
}

function countOf(modality: string, details: readonly GeminiModalityCount[] | undefined): number {
  const counted = (details ?? []).filter((each) => each.modality === modality);
  return counted.reduce((sum, { tokenCount }) => sum + readCount(tokenCount), 0);
}

function positive<Name extends keyof Usage>(name: Name, value: number): Partial<Usage> | undefined {
  return value > 0 ? { [name]: value } : undefined;
}
