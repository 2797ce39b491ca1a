/** Counts what a cut-off stream had sent, and charges the request for that instead of the first estimate. */
import { compilePrices } from '../core/pricing/compile-prices.js';
import { costNanos } from '../core/pricing/cost.js';
import { countTextTokens } from '../core/tokens/count-tokens.lazy.js';
import type { Settlement } from './journal-record.js';

/** The settlement with counted tokens; the same where nothing is to be counted. */
export async function withCountedAnswer(settlement: Settlement): Promise<Settlement> {
  const { uncounted, usage, attempts, ...rest } = settlement;
  const last = attempts.at(-1);
  if (!uncounted || !usage || !last) return settlement;
  const { tokens } = await countTextTokens(last.model, uncounted.text);
  const counted = { ...usage, completionTokens: tokens };
  const cost = uncounted.prices ? costNanos(counted, compilePrices(uncounted.prices)) : 0n;
  return {
    ...rest,
    usage: counted,
    usageEstimated: true,
    spendNanos: rest.spendNanos - last.costNanos + cost,
    attempts: [...attempts.slice(0, -1), { ...last, usage: counted, costNanos: cost }],
  };
}
