/** Stands for what answers under a model group's name, so that a group that is made of other models takes no answers of those before. */
import { hash } from 'node:crypto';
import type { Deployment } from '../spec/index.js';
import { canonicalJson } from './canonical-json.js';

const prints = new WeakMap<Deployment, string>();

/** Whatever changes a deployment's answers; not its credentials, weight or limits. */
export function servedBy(deployments: readonly Deployment[]): string {
  if (deployments.length === 1 && deployments[0]) return printOf(deployments[0]);
  return hash('sha256', deployments.map(printOf).sort().join());
}

function printOf(deployment: Deployment): string {
  const known = prints.get(deployment);
  if (known !== undefined) return known;
  const { id, provider, model, endpoint, parameters, defaults, mockResponse } = deployment;
  const text = canonicalJson([provider.id, model, endpoint, parameters, defaults, mockResponse]);
  const print = hash('sha256', text ?? id);
  prints.set(deployment, print);
  return print;
}
