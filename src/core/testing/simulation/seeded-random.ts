/** Chance that comes out the same each time: numbers of a seed, and the distributions that arrivals and latencies have. */
import type { Random } from '../../spec/clock.js';

/** Mulberry32: small, fast, and good enough to tell strategies apart. */
export function seededRandom(...seeds: readonly number[]): Random {
  let state = seeds.reduce((mixed, seed) => mix(mixed ^ seed), 0x9e3779b9);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) / 2 ** 32;
  };
}

/** The time until the next of events that come at random, `perSecond` on average; milliseconds. */
export function untilNextMs(random: Random, perSecond: number): number {
  return (-Math.log(1 - random()) / perSecond) * 1_000;
}

/** A factor whose median is 1 and whose logarithm has the standard deviation `spread`. */
export function lognormal(random: Random, spread: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(spread * normal);
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 15), 1 | value);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
