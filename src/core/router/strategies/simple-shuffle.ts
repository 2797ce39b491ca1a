/** The strategy `simple-shuffle`: a weighted draw by `weight`, else by `rpm`, else by `tpm`, else an even one. */
import type { Deployment } from '../../spec/deployment.js';
import type { Candidates, StrategyView } from './strategy.js';

const weightings = ['weight', 'rpm', 'tpm'] as const;
type Weighting = (typeof weightings)[number];

export function simpleShuffle(candidates: Candidates, { random }: Pick<StrategyView, 'random'>): Deployment {
  const [first, ...others] = candidates;
  if (others.length === 0) return first;
  for (const weighting of weightings) {
    const total = candidates.reduce((sum, deployment) => sum + (deployment[weighting] ?? 0), 0);
    if (total > 0) return drawBy(weighting, candidates, random() * total);
  }
  return candidates[Math.floor(random() * candidates.length)] ?? first;
}

function drawBy(weighting: Weighting, candidates: Candidates, drawn: number): Deployment {
  let left = drawn;
  let chosen = candidates[0];
  for (const deployment of candidates) {
    const weight = deployment[weighting] ?? 0;
    if (weight <= 0) continue;
    chosen = deployment;
    left -= weight;
    if (left < 0) break;
  }
  return chosen;
}
