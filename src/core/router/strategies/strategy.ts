/** What a strategy is: the choice of one deployment among those that may serve a request. */
import type { Random } from '../../spec/clock.js';
import type { Deployment } from '../../spec/deployment.js';
import type { DeploymentState } from '../deployment-state.js';
import type { RoutingRules } from '../routing-rules.js';

/** At least one. */
export type Candidates = readonly [Deployment, ...Deployment[]];

/** What a strategy may look at. */
export interface StrategyView {
  readonly random: Random;
  /** Monotonic milliseconds. */
  readonly now: number;
  /** Latencies of streams are those of the first part. */
  readonly stream: boolean;
  readonly rules: RoutingRules;
  readonly stateOf: (deployment: Deployment) => DeploymentState;
}

export type Strategy = (candidates: Candidates, view: StrategyView) => Deployment;

/** One of those with the lowest score; any of them where several have it. */
export function drawLowest(
  candidates: Candidates,
  random: Random,
  scoreOf: (deployment: Deployment) => number,
): Deployment {
  let lowest = Infinity;
  let best: Deployment[] = [];
  for (const deployment of candidates) {
    const score = scoreOf(deployment);
    if (score < lowest) {
      lowest = score;
      best = [deployment];
    } else if (score === lowest) best.push(deployment);
  }
  return best[Math.floor(random() * best.length)] ?? candidates[0];
}
