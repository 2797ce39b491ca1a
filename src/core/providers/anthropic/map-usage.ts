/** Anthropic's token counts as ours and as OpenAI's. */
import type { AnthropicUsage } from '../../schema/anthropic/messages.js';
import type { ChatUsage } from '../../schema/openai/chat.js';
import type { Usage } from '../../spec/usage.js';

/** Later counts of a stream over earlier ones; both are cumulative, and null means "not said". */
export function mergeUsage(earlier: AnthropicUsage | undefined, later: AnthropicUsage): AnthropicUsage {
  const said = Object.entries(later).filter(([, count]) => count !== null && count !== undefined);
  return { ...earlier, ...(Object.fromEntries(said) as AnthropicUsage) };
}

/** Anthropic counts cached tokens beside `input_tokens`; here the prompt includes them. Undefined where nothing is counted. */
export function toUsage(wire: AnthropicUsage | undefined): Usage | undefined {
  if (typeof wire?.output_tokens !== 'number' && typeof wire?.input_tokens !== 'number') return undefined;
  const created = count(wire.cache_creation_input_tokens);
  const created1h = count(wire.cache_creation?.ephemeral_1h_input_tokens);
  const read = count(wire.cache_read_input_tokens);
  const reasoning = count(wire.output_tokens_details?.thinking_tokens);
  const searches = count(wire.server_tool_use?.web_search_requests);
  const tier = wire.service_tier;
  return {
    promptTokens: count(wire.input_tokens) + created + read,
    completionTokens: count(wire.output_tokens),
    ...(read > 0 && { cachedTokens: read }),
    ...(created > created1h && { cacheCreationTokens: created - created1h }),
    ...(created1h > 0 && { cacheCreation1hTokens: created1h }),
    ...(reasoning > 0 && { reasoningTokens: reasoning }),
    ...(searches > 0 && { webSearchRequests: searches }),
    ...(typeof tier === 'string' && tier !== 'standard' && { serviceTier: tier }),
  };
}

/** What is no count is none: costs are computed from these. */
function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** Counts that are zero are left out, as in the usage of a stream. */
export function toChatUsage(usage: Usage): ChatUsage {
  const created = (usage.cacheCreationTokens ?? 0) + (usage.cacheCreation1hTokens ?? 0);
  const read = usage.cachedTokens ?? 0;
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    ...(read > 0 && { prompt_tokens_details: { cached_tokens: read, audio_tokens: 0 } }),
    ...(usage.reasoningTokens && {
      completion_tokens_details: { reasoning_tokens: usage.reasoningTokens, audio_tokens: 0 },
    }),
    ...(created > 0 && { cache_creation_input_tokens: created }),
    ...((created > 0 || read > 0) && { cache_read_input_tokens: read }),
  };
}
