/** The weighted draw: shares follow the weights, and nobody without weight is drawn beside somebody with it. */
import { madeUpDeployment } from '../../testing/deployments.js';
import type { Deployment } from '../../spec/deployment.js';
import { simpleShuffle } from './simple-shuffle.js';
import type { Candidates } from './strategy.js';

/** Numbers that fill [0, 1) evenly: shares come out exact, without chance. */
function evenly(draws: number): number[] {
  return Array.from({ length: draws }, (_, draw) => (draw + 0.5) / draws);
}

function shares(deployments: Candidates, draws = 1_000): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const drawn of evenly(draws)) {
    const { id } = simpleShuffle(deployments, { random: () => drawn });
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

const make = (id: string, given: Partial<Deployment> = {}): Deployment => madeUpDeployment({ id, ...given });

it.each([
  ['weight', { weight: 9 }, { weight: 1 }, { a: 900, b: 100 }],
  ['rpm', { rpm: 600 }, { rpm: 200 }, { a: 750, b: 250 }],
  ['tpm', { tpm: 1 }, { tpm: 3 }, { a: 250, b: 750 }],
  ['weight before rpm', { weight: 1, rpm: 1 }, { weight: 3, rpm: 1_000 }, { a: 250, b: 750 }],
  ['rpm before tpm', { rpm: 1, tpm: 1_000 }, { rpm: 1, tpm: 1 }, { a: 500, b: 500 }],
  ['nothing', {}, {}, { a: 500, b: 500 }],
  ['a weight that only one has', { weight: 0.5 }, {}, { a: 1_000 }],
  ['a weight of zero', { weight: 0 }, { weight: 2 }, { b: 1_000 }],
  ['zeros alone, as if there were none', { weight: 0 }, { weight: 0 }, { a: 500, b: 500 }],
  ['zeros alone, on to the next measure', { weight: 0, rpm: 3 }, { weight: 0, rpm: 1 }, { a: 750, b: 250 }],
])('shares by %s', (_what, a, b, expected) => {
  expect(shares([make('a', a), make('b', b)])).toEqual(expected);
});

it('never draws one without weight, at either end of chance', () => {
  const deployments: Candidates = [make('none'), make('some', { weight: 0.1 }), make('more', { weight: 0.2 }), make('zero', { weight: 0 })]; // prettier-ignore
  expect(simpleShuffle(deployments, { random: () => 0 }).id).toBe('some');
  expect(simpleShuffle(deployments, { random: () => 1 - Number.EPSILON / 2 }).id).toBe('more');
});

it('takes the only one there is, whatever its weight', () => {
  expect(simpleShuffle([make('a', { weight: 0 })], { random: () => 0.99 }).id).toBe('a');
});
