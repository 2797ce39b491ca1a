/** The prices that hold for a deployment: the operator's over the price table's, looked up once. */
import { adjustPrices } from './adjust-prices.js';
import { compilePrices, type CompiledPrices } from './compile-prices.js';
import { costNanos } from './cost.js';
import { pricesOf } from './deployment-prices.js';
import type { Deployment, ModelPrices, Usage } from '../spec/index.js';

export interface DeploymentCosts {
  /** Undefined for a model without a price: its requests are recorded as unpriced, never as silently free. */
  readonly prices: CompiledPrices | undefined;
  /** Before the operator's discount or margin, where there is one. */
  readonly unadjusted: CompiledPrices | undefined;
  /** The same prices as text, for whoever counts later. */
  readonly listed: ModelPrices | undefined;
  /** The most that the model answers, tokens. */
  readonly maxOutputTokens: number | undefined;
}

const known = new WeakMap<Deployment, DeploymentCosts>();

export function costsOf(deployment: Deployment): DeploymentCosts {
  let costs = known.get(deployment);
  if (costs === undefined) {
    costs = lookUp(deployment);
    known.set(deployment, costs);
  }
  return costs;
}

/** Nano-dollars; zero where the request is unpriced. */
export function costOf(deployment: Deployment, usage: Usage | undefined): bigint {
  if (!usage) return 0n;
  const { prices } = costsOf(deployment);
  return prices ? costNanos(usage, prices) : reportedCost(deployment, usage);
}

/** What it would have cost without the operator's discount or margin; undefined where there is none, or no price. */
export function costBeforeAdjustment(deployment: Deployment, usage: Usage | undefined): bigint | undefined {
  const { unadjusted } = costsOf(deployment);
  return unadjusted && usage && costNanos(usage, unadjusted);
}

/** True where neither a list nor the provider itself says what an answer of this usage costs. */
export function isUnpriced(deployment: Deployment, usage: Usage | undefined): boolean {
  return costsOf(deployment).prices === undefined && usage?.reportedUsd === undefined;
}

/** As a price for the request as a whole, so that discount and margin hold for it too. */
function reportedCost({ priceAdjustment }: Deployment, { reportedUsd }: Usage): bigint {
  if (reportedUsd === undefined) return 0n;
  const prices = { perRequest: reportedUsd };
  const paid = compilePrices(priceAdjustment ? adjustPrices(prices, priceAdjustment) : prices);
  return costNanos({ promptTokens: 0, completionTokens: 0 }, paid);
}

function lookUp(deployment: Deployment): DeploymentCosts {
  const { prices, unadjusted, facts } = pricesOf(deployment);
  return {
    prices: prices && compilePrices(prices),
    unadjusted: unadjusted && compilePrices(unadjusted),
    listed: prices,
    maxOutputTokens: facts?.maxOutputTokens,
  };
}
