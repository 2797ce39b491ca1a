/**
 * The strategy `power-of-two-choices`: of two deployments drawn at random, the one from which the answer is expected
 * sooner, by its latency of late and by who is on it already.
 */
import type { Random } from '../../spec/clock.js';
import type { Deployment } from '../../spec/deployment.js';
import { simpleShuffle } from './simple-shuffle.js';
import type { Candidates, Strategy, StrategyView } from './strategy.js';

/** A `weight` is an operator's wish for exact shares, which no latency may bend. */
export const powerOfTwoChoices: Strategy = (candidates, view) => {
  if (candidates.length === 1) return candidates[0];
  if (candidates.some(({ weight }) => weight !== undefined)) return simpleShuffle(candidates, view);
  const one = simpleShuffle(candidates, view);
  const other = drawOther(candidates, one, view.random);
  const [expected, expectedOfOther] = [expectedOf(one, view), expectedOf(other, view)];
  // Of whom nothing is known, the best is assumed, so that it gets known.
  const floor = Math.min(expected || Infinity, expectedOfOther || Infinity);
  const least = floor === Infinity ? 1 : floor;
  return loadOf(one, expected || least, view) <= loadOf(other, expectedOfOther || least, view) ? one : other;
};

function expectedOf(deployment: Deployment, { now, stream, stateOf }: StrategyView): number {
  return stateOf(deployment).latency(stream).expected(now);
}

function loadOf(deployment: Deployment, expectedMs: number, { stateOf }: StrategyView): number {
  return expectedMs * (stateOf(deployment).inFlight + 1);
}

function drawOther(candidates: Candidates, one: Deployment, random: Random): Deployment {
  const index = Math.floor(random() * (candidates.length - 1));
  const drawn = candidates[index] ?? one;
  return drawn === one ? (candidates.at(-1) ?? one) : drawn;
}
