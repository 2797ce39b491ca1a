/** The headers by which clients learn how much of their rates is left. */
import type { RateReading } from '../../core/spec/index.js';
import type { RateKind, RateRule } from './rate-rules.js';

const shown: Readonly<Partial<Record<RateKind, string>>> = {
  requests: 'requests',
  tokens: 'tokens',
  max_parallel_requests: 'max_parallel_requests',
};

/**
 * `x-ratelimit-<who>-limit|remaining-<what>` for each limit, the tightest of all as OpenAI's `x-ratelimit-limit|remaining-requests|tokens`,
 * and LiteLLM's headers of a key and its models.
 */
export function rateHeaders(
  model: string,
  rules: readonly RateRule[],
  readings: readonly RateReading[],
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const tightest = new Map<string, { limit: number; remaining: number }>();
  rules.forEach(({ descriptor, kind, limit }, place) => {
    const what = shown[kind];
    const reading = readings[place];
    if (what === undefined || !reading) return;
    const remaining = Math.max(0, limit - reading.used);
    const prefix = `x-ratelimit-${descriptor}`;
    const known = headers[`${prefix}-remaining-${what}`];
    // Of several tags the tightest stands.
    if (known !== undefined && Number(known) <= remaining) return;
    headers[`${prefix}-remaining-${what}`] = String(remaining);
    headers[`${prefix}-limit-${what}`] = String(limit);
    if (what !== 'max_parallel_requests' && remaining < (tightest.get(what)?.remaining ?? Infinity))
      tightest.set(what, { limit, remaining });
    if (descriptor === 'api_key' && what === 'requests') headers['x-litellm-key-rpm-limit'] = String(limit);
    if (descriptor === 'api_key' && what === 'tokens') headers['x-litellm-key-tpm-limit'] = String(limit);
    if (descriptor === 'model_per_key' && isHeaderName(model))
      headers[`x-litellm-key-remaining-${what}-${model}`] = String(remaining);
  });
  for (const [what, { limit, remaining }] of tightest) {
    headers[`x-ratelimit-limit-${what}`] = String(limit);
    headers[`x-ratelimit-remaining-${what}`] = String(remaining);
  }
  return headers;
}

/** Names of models may hold what no header's name may. */
function isHeaderName(text: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(text);
}
