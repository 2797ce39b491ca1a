/** The prices that hold for a deployment: the operator's over the price table's, with discount and margin; and those of its batches. */
import type { Deployment, ModelPrices } from '../spec/deployment.js';
import { adjustPrices } from './adjust-prices.js';
import { effectivePrices } from './effective-prices.js';
import { findBaseModelFacts, findModelFacts, type ModelFacts } from './price-table.js';

export interface DeploymentPrices {
  /** Undefined for a model without a price. */
  readonly prices: ModelPrices | undefined;
  /** Before the operator's discount or margin, where there is one. */
  readonly unadjusted: ModelPrices | undefined;
  readonly facts: ModelFacts | undefined;
}

export function pricesOf({ provider, model, baseModel, prices, priceAdjustment }: Deployment): DeploymentPrices {
  const facts =
    baseModel === undefined ? findModelFacts(provider.id, model) : findBaseModelFacts(provider.id, baseModel);
  const paid = effectivePrices(facts?.prices, prices);
  if (!paid || !priceAdjustment) return { prices: paid, unadjusted: undefined, facts };
  return { prices: adjustPrices(paid, priceAdjustment), unadjusted: paid, facts };
}

/** The tier that the usage of a batch's lines is billed at. */
export const batchTier = 'batch';

/**
 * The prices of a batch's lines. Where no batch prices are listed or configured they are half of the others, which is what
 * providers of batches ask, and what LiteLLM assumes.
 */
export function batchPricesOf(deployment: Deployment): ModelPrices | undefined {
  const { prices } = pricesOf(deployment);
  if (prices === undefined || prices.serviceTiers?.[batchTier]) return prices;
  return adjustPrices(prices, { discount: '0.5' });
}
