/** Reads the token counts of an OpenAI-shaped answer into the one shape that costs are computed from. */
import type { Usage } from '../../spec/usage.js';
import type { Quirk } from './quirk.js';
import { readReportedCost } from './quirks/reported-cost.js';

type Counts = Readonly<Record<string, unknown>>;

/**
 * Undefined where `usage` is absent or holds no counts.
 *
 * @param serviceTier the answer's own `service_tier`
 * @param quirks tell where a provider reports what the answer costs
 */
export function mapUsage(usage: unknown, serviceTier?: unknown, quirks: readonly Quirk[] = []): Usage | undefined {
  if (typeof usage !== 'object' || usage === null) return undefined;
  const counts = usage as Counts;
  const prompt = count(counts['prompt_tokens']);
  const total = count(counts['total_tokens']);
  const completion =
    count(counts['completion_tokens']) ?? (total !== undefined && prompt !== undefined ? total - prompt : undefined);
  if (prompt === undefined || completion === undefined || completion < 0) return undefined;
  const inputs = details(counts['prompt_tokens_details']);
  // OpenAI's member, DeepSeek's, and Kimi's (https://platform.kimi.ai/docs/api/chat).
  const cached = inputs['cached_tokens'] ?? counts['prompt_cache_hit_tokens'] ?? counts['cached_tokens'];
  const outputs = details(counts['completion_tokens_details']);
  const reasoning = count(outputs['reasoning_tokens']) ?? count(counts['reasoning_tokens']);
  // xAI counts reasoning beside the completion instead of in it; only the total tells.
  // https://docs.x.ai/docs/guides/reasoning
  const apart = reasoning !== undefined && reasoning > 0 && total === prompt + completion + reasoning;
  return {
    promptTokens: prompt,
    completionTokens: apart ? completion + reasoning : completion,
    ...positive('cachedTokens', count(cached)),
    ...positive('cacheCreationTokens', count(inputs['cache_write_tokens']) ?? count(inputs['cache_creation_tokens'])),
    ...positive('reasoningTokens', reasoning),
    ...positive('audioPromptTokens', count(inputs['audio_tokens'])),
    ...positive('audioCompletionTokens', count(outputs['audio_tokens'])),
    ...positive('webSearchRequests', count(counts['num_search_queries'])),
    ...readReportedCost(counts, quirks),
    ...(typeof serviceTier === 'string' && serviceTier !== 'default' ? { serviceTier } : undefined),
  };
}

function details(value: unknown): Counts {
  return typeof value === 'object' && value !== null ? (value as Counts) : {};
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Zero and absent cost the same, and records stay short without them. */
function positive<Name extends keyof Usage>(name: Name, value: number | undefined): Partial<Usage> | undefined {
  return value === undefined || value === 0 ? undefined : { [name]: value };
}
