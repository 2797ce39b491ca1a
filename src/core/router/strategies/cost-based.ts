/** The strategy `cost-based-routing`: the deployment whose tokens cost least; one without a price comes last. */
import { effectivePrices } from '../../pricing/effective-prices.js';
import { findBaseModelFacts, findModelFacts } from '../../pricing/price-table.js';
import type { Deployment } from '../../spec/deployment.js';
import { drawLowest, type Strategy } from './strategy.js';

const known = new WeakMap<Deployment, number>();

export const costBased: Strategy = (candidates, { random }) => drawLowest(candidates, random, priceOf);

/** USD for an input and an output token together. */
function priceOf(deployment: Deployment): number {
  const found = known.get(deployment);
  if (found !== undefined) return found;
  const { provider, model, baseModel } = deployment;
  const facts =
    baseModel === undefined ? findModelFacts(provider.id, model) : findBaseModelFacts(provider.id, baseModel);
  const prices = effectivePrices(facts?.prices, deployment.prices);
  const { inputPerToken, outputPerToken } = prices ?? {};
  // Anything else than tokens cannot be compared before it is billed.
  const price = inputPerToken === undefined ? Number.MAX_VALUE : Number(inputPerToken) + Number(outputPerToken ?? 0);
  known.set(deployment, price);
  return price;
}
