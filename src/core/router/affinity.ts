/** Sends what belongs together to the same deployment, without anybody having to remember where that was. */
import type { Deployment } from '../spec/deployment.js';
import type { Candidates } from './strategies/strategy.js';

/** Rendezvous hashing: one that goes away moves only what it had. */
export function affineDeployment(candidates: Candidates, key: string): Deployment {
  let best = candidates[0];
  let highest = -1;
  for (const deployment of candidates) {
    const score = hash(`${key} ${deployment.id}`);
    if (score > highest) {
      highest = score;
      best = deployment;
    }
  }
  return best;
}

/** FNV-1a with a final mix, so that ids which differ in their last letter spread. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
