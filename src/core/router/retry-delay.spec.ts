/** Waits grow, are spread, are bounded, and follow what the provider asked for. */
import fc from 'fast-check';
import { GatewayError } from '../errors/gateway-error.js';
import { longestRetryAfterMs, retryDelayMs } from './retry-delay.js';

const failed = new GatewayError('upstream_overloaded');
const asking = (retryAfterMs: number): GatewayError => new GatewayError('upstream_rate_limited', { retryAfterMs });
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('doubles the bound with each retry, up to 8 s', () => {
  const bounds = [1, 2, 3, 4, 5, 6, 50, 5_000].map((retry) => retryDelayMs(failed, retry, 0, () => 0.5));
  expect(bounds).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000, 4_000, 4_000]);
});

it('spreads waits over the whole range below the bound', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fraction, (retry, random) => {
      const delay = retryDelayMs(failed, retry, 0, () => random);
      expect(delay).toBeCloseTo(random * Math.min(8_000, 500 * 2 ** (retry - 1)), 6);
    }),
  );
});

it('never waits less than the router’s own least', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fraction, fc.nat(20_000), (retry, random, leastMs) => {
      expect(retryDelayMs(failed, retry, leastMs, () => random)).toBeGreaterThanOrEqual(leastMs);
      expect(retryDelayMs(asking(100), retry, leastMs, () => random)).toBe(Math.max(100, leastMs));
    }),
  );
});

it('waits as long as the provider asked, not a millisecond less, and not at all beyond a minute', () => {
  const never = (): number => {
    throw new Error('chance has no part in this');
  };
  expect(retryDelayMs(asking(0), 3, 0, never)).toBe(0);
  expect(retryDelayMs(asking(12_345), 1, 0, never)).toBe(12_345);
  expect(retryDelayMs(asking(longestRetryAfterMs), 1, 0, never)).toBe(60_000);
  expect(retryDelayMs(asking(longestRetryAfterMs + 1), 1, 0, never)).toBeNull();
});
