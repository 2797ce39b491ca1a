/** The count of the last minute: what is in it, what has gone, and when something goes. */
import fc from 'fast-check';
import { RollingCount } from './rolling-count.js';

const minute = 60_000;
const slot = 5_000;

it('is the sum of what came in the last minute', () => {
  const count = new RollingCount();
  count.add(0);
  count.add(1_000, 41);
  count.add(30_000, 100);
  expect([count.total(30_000), count.total(minute - 1)]).toEqual([142, 142]);
});

it('lets go of what is a minute old, bit by bit', () => {
  const count = new RollingCount();
  count.add(0, 1);
  count.add(slot, 10);
  count.add(30_000, 100);
  expect([count.total(minute), count.total(minute + slot), count.total(minute + 30_000)]).toEqual([110, 100, 0]);
});

it('is empty after a long rest', () => {
  const count = new RollingCount();
  count.add(0, 7);
  expect(count.total(86_400_000)).toBe(0);
  count.add(86_400_000, 3);
  expect(count.total(86_400_000)).toBe(3);
});

it('says how long it takes until there is less', () => {
  const count = new RollingCount();
  expect(count.msUntilLess(0)).toBe(0);
  count.add(12_000);
  expect(count.msUntilLess(12_000)).toBe(58_000);
  expect(count.total(12_000 + count.msUntilLess(12_000))).toBe(0);
});

it('is never more than came in the last minute, nor less than came in the last 55 seconds', () => {
  const arrivals = fc.array(
    fc.record({ afterMs: fc.integer({ min: 0, max: 40_000 }), amount: fc.integer({ min: 1, max: 9 }) }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(arrivals, (steps) => {
      const count = new RollingCount();
      const came: { at: number; amount: number }[] = [];
      let now = 0;
      for (const { afterMs, amount } of steps) {
        now += afterMs;
        count.add(now, amount);
        came.push({ at: now, amount });
        const since = (ms: number): number =>
          came.reduce((sum, one) => (now - one.at <= ms ? sum + one.amount : sum), 0);
        expect(count.total(now)).toBeLessThanOrEqual(since(minute));
        expect(count.total(now)).toBeGreaterThanOrEqual(since(minute - slot));
        const untilLessMs = count.msUntilLess(now);
        expect(untilLessMs).toBeGreaterThan(0);
        expect(untilLessMs).toBeLessThanOrEqual(minute);
      }
    }),
    { numRuns: 500 },
  );
});
