/** Anthropic's token counts as ours and as OpenAI's. */
import type { AnthropicUsage } from '../../schema/anthropic/messages.js';
import { readCount } from '../../schema/openai/chat-usage.js';
import type { Usage } from '../../spec/usage.js';

/** Later counts of a stream over earlier ones; both are cumulative, and null means "not said". */
export function mergeUsage(earlier: AnthropicUsage | undefined, later: AnthropicUsage): AnthropicUsage {
  const said = Object.entries(later).filter(([, count]) => count !== null && count !== undefined);
  return { ...earlier, ...(Object.fromEntries(said) as AnthropicUsage) };
}

/** Anthropic counts cached tokens beside `input_tokens`; here the prompt includes them. Undefined where nothing is counted. */
export function toUsage(wire: AnthropicUsage | undefined): Usage | undefined {
  if (typeof wire?.output_tokens !== 'number' && typeof wire?.input_tokens !== 'number') return undefined;
  const created = readCount(wire.cache_creation_input_tokens);
  const created1h = readCount(wire.cache_creation?.ephemeral_1h_input_tokens);
  const read = readCount(wire.cache_read_input_tokens);
  const reasoning = readCount(wire.output_tokens_details?.thinking_tokens);
  const searches = readCount(wire.server_tool_use?.web_search_requests);
  const tier = wire.service_tier;
  return {
    promptTokens: readCount(wire.input_tokens) + created + read,
    completionTokens: readCount(wire.output_tokens),
    ...(read > 0 && { cachedTokens: read }),
    ...(created > created1h && { cacheCreationTokens: created - created1h }),
    ...(created1h > 0 && { cacheCreation1hTokens: created1h }),
    ...(reasoning > 0 && { reasoningTokens: reasoning }),
    ...(searches > 0 && { webSearchRequests: searches }),
    ...(typeof tier === 'string' && tier !== 'standard' && { serviceTier: tier }),
  };
}
