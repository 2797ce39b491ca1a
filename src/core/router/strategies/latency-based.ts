/** The strategy `latency-based-routing`: one of the deployments whose last answers came soonest. */
import { drawLowest, type Candidates, type Strategy } from './strategy.js';

/** A deployment of which nothing is known goes first: so it gets known. */
export const latencyBased: Strategy = (candidates, { random, now, stream, rules, stateOf }) => {
  const means = new Map(
    candidates.map((deployment) => [
      deployment,
      stateOf(deployment).latency(stream).mean(now, rules.latencyTtlMs) ?? 0,
    ]),
  );
  const lowest = Math.min(...means.values());
  const near = candidates.filter((deployment) => (means.get(deployment) ?? 0) <= lowest * (1 + rules.latencyBuffer));
  return drawLowest(near.length > 0 ? (near as unknown as Candidates) : candidates, random, () => 0);
};
