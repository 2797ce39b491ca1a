/**
 * The strategy `power-of-two-choices`: of two deployments drawn at random, the one from which the answer is expected
 * sooner, by its latency of late, by how long it has been silent, and by who is on it already.
 */
import type { Random } from '../../spec/clock.js';
import type { Deployment } from '../../spec/deployment.js';
import { simpleShuffle } from './simple-shuffle.js';
import type { Candidates, Strategy, StrategyView } from './strategy.js';

/**
 * A deployment that is back gets its share bit by bit: at first who is on it counts so many times, less and less for so long.
 * Nobody being on it, it would otherwise get all there is, and lose that with it if it fails again.
 */
const slowStartMs = 10_000;
const firstCaution = 8;

export const powerOfTwoChoices: Strategy = (candidates, view) => {
  if (candidates.length === 1) return candidates[0];
  if (asksForShares(candidates)) return simpleShuffle(candidates, view);
  const index = draw(candidates.length, view.random);
  const one = candidates[index] ?? candidates[0];
  // Any but the first drawn.
  const other = candidates[(index + 1 + draw(candidates.length - 1, view.random)) % candidates.length] ?? one;
  const chosen = sooner(one, other, view);
  view.stateOf(chosen).latency(view.stream).ask(view.now);
  return chosen;
};

/**
 * A `weight` is an operator's wish for a share, which no latency may bend; so are an `rpm` and a `tpm` that differ, as one that
 * is limited would get more than it may have.
 */
function asksForShares([first, ...others]: Candidates): boolean {
  const isOther = ({ weight, rpm, tpm }: Deployment): boolean =>
    weight !== undefined || rpm !== first.rpm || tpm !== first.tpm;
  return first.weight !== undefined || others.some(isOther);
}

function sooner(one: Deployment, other: Deployment, view: StrategyView): Deployment {
  const [expected, expectedOfOther] = [expectedOf(one, view), expectedOf(other, view)];
  // Of whom nothing is known, the best is assumed, so that it gets known.
  const floor = Math.min(expected || Infinity, expectedOfOther || Infinity);
  const least = floor === Infinity ? 1 : floor;
  return loadOf(one, expected || least, view) <= loadOf(other, expectedOfOther || least, view) ? one : other;
}

function expectedOf(deployment: Deployment, view: StrategyView): number {
  const { now, stream } = view;
  const state = view.stateOf(deployment);
  const latency = state.latency(stream);
  // With nobody on it, nobody waits: whoever was sent has left without a verdict.
  return Math.max(latency.expected(now), state.inFlight === 0 ? 0 : latency.silentMs(now));
}

function loadOf(deployment: Deployment, expectedMs: number, view: StrategyView): number {
  const { breaker, inFlight } = view.stateOf(deployment);
  const recovering = Math.max(0, 1 - breaker.backForMs(view.now) / slowStartMs);
  return expectedMs * (inFlight + 1) * (1 + recovering * (firstCaution - 1));
}

function draw(below: number, random: Random): number {
  return Math.floor(random() * below);
}
