/** Affinity: the same key leads to the same deployment, keys spread evenly, and one that goes away moves only its own. */
import { madeUpDeployment } from '../testing/deployments.js';
import { affineDeployment } from './affinity.js';
import type { Candidates } from './strategies/strategy.js';

const deployments = ['a', 'b', 'c', 'd'].map((id) => madeUpDeployment({ id })) as unknown as Candidates;
const keys = Array.from({ length: 4_000 }, (_, index) => `session-${index}`);
const homesAmong = (candidates: Candidates): Map<string, string> =>
  new Map(keys.map((key) => [key, affineDeployment(candidates, key).id]));

it('is the same at every call, in whichever order the deployments stand', () => {
  const reversed = [...deployments].reverse() as unknown as Candidates;
  expect(homesAmong(reversed)).toEqual(homesAmong(deployments));
});

it('gives each deployment about its share', () => {
  const shares = new Map<string, number>();
  for (const home of homesAmong(deployments).values()) shares.set(home, (shares.get(home) ?? 0) + 1);
  expect([...shares.keys()].sort()).toEqual(['a', 'b', 'c', 'd']);
  for (const share of shares.values()) expect(Math.abs(share - 1_000)).toBeLessThan(150);
});

it('moves no key of those that stay when one goes away', () => {
  const before = homesAmong(deployments);
  const after = homesAmong(deployments.filter(({ id }) => id !== 'b') as unknown as Candidates);
  for (const [key, home] of before) if (home !== 'b') expect(after.get(key)).toBe(home);
});
