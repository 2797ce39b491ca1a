/** Time and randomness as ports, so that every test can hand in its own. */

export interface Clock {
  /** Wall-clock time in epoch milliseconds: for timestamps, never for measuring. */
  now(): number;
  /** Monotonic time in milliseconds, with fractions: for durations and deadlines. */
  monotonic(): number;
}

/** A number in [0, 1). */
export type Random = () => number;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

export const systemRandom: Random = () => Math.random();
