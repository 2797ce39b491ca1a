/** The strategy `simple-shuffle`: a weighted draw by `weight`, else by `rpm`, else by `tpm`, else an even one. */
import type { Random } from '../spec/clock.js';
import type { Deployment } from '../spec/deployment.js';

const weightings = ['weight', 'rpm', 'tpm'] as const;

/** @param deployments at least one */
export function simpleShuffle(deployments: readonly Deployment[], random: Random): Deployment {
  if (deployments.length === 1) return deployments[0]!;
  for (const weighting of weightings) {
    const total = deployments.reduce((sum, deployment) => sum + (deployment[weighting] ?? 0), 0);
    if (total > 0) return drawBy(weighting, deployments, random() * total);
  }
  return deployments[Math.floor(random() * deployments.length)]!;
}

function drawBy(weighting: (typeof weightings)[number], deployments: readonly Deployment[], drawn: number): Deployment {
  let left = drawn;
  let chosen = deployments[0]!;
  for (const deployment of deployments) {
    const weight = deployment[weighting] ?? 0;
    if (weight <= 0) continue;
    chosen = deployment;
    left -= weight;
    if (left < 0) break;
  }
  return chosen;
}
