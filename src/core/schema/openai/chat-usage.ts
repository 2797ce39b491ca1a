/** Token counts as OpenAI's clients read them, and what providers report as counts. */
import type { Usage } from '../../spec/usage.js';
import type { ChatUsage } from './chat.js';

/** Details are there where the provider said something of them: a zero that was not reported is left out. */
export function toChatUsage(usage: Usage): ChatUsage {
  const created = (usage.cacheCreationTokens ?? 0) + (usage.cacheCreation1hTokens ?? 0);
  const { cachedTokens, reasoningTokens } = usage;
  const promptDetails = {
    ...(usage.audioPromptTokens !== undefined && { audio_tokens: usage.audioPromptTokens }),
    ...(usage.imagePromptTokens !== undefined && { image_tokens: usage.imagePromptTokens }),
  };
  const completionDetails = {
    ...(usage.audioCompletionTokens !== undefined && { audio_tokens: usage.audioCompletionTokens }),
    ...(usage.imageCompletionTokens !== undefined && { image_tokens: usage.imageCompletionTokens }),
  };
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    // Typed clients expect both members where the details are there at all.
    ...((cachedTokens !== undefined || hasMembers(promptDetails)) && {
      prompt_tokens_details: { cached_tokens: cachedTokens ?? 0, audio_tokens: 0, ...promptDetails },
    }),
    ...((reasoningTokens !== undefined || hasMembers(completionDetails)) && {
      completion_tokens_details: { reasoning_tokens: reasoningTokens ?? 0, audio_tokens: 0, ...completionDetails },
    }),
    ...(created > 0 && { cache_creation_input_tokens: created }),
    ...((created > 0 || (cachedTokens ?? 0) > 0) && { cache_read_input_tokens: cachedTokens ?? 0 }),
  };
}

/** A reported count; 0 for whatever is none: costs are computed from these. */
export function readCount(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

function hasMembers(object: object): boolean {
  return Object.keys(object).length > 0;
}
