/** Quirk: the usage says what the answer costs: OpenRouter in USD under `cost`, Perplexity under `cost.total_cost`. */
// https://openrouter.ai/docs/use-cases/usage-accounting , https://docs.perplexity.ai/api-reference/chat-completions-post
import type { Usage } from '../../../spec/usage.js';
import type { JsonObject, Quirk } from '../quirk.js';

export const reportedCost: Quirk = {
  name: 'reported-cost',
  cost({ cost }) {
    return typeof cost === 'object' && cost !== null ? (cost as JsonObject)['total_cost'] : cost;
  },
};

/** What the quirks of a provider read, where it is an amount. */
export function readReportedCost(counts: JsonObject, quirks: readonly Quirk[]): Pick<Usage, 'reportedUsd'> | undefined {
  for (const quirk of quirks) {
    const usd = quirk.cost?.(counts);
    if (typeof usd === 'number' && Number.isFinite(usd) && usd >= 0) return { reportedUsd: String(usd) };
  }
  return undefined;
}
