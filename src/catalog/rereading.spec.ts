import { Rereading } from './rereading.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('reads once more where it was told to during a reading, however often', async () => {
  const ends: (() => void)[] = [];
  const rereading = new Rereading(
    () => new Promise((resolve) => ends.push(resolve)),
    () => undefined,
  );
  const all = [rereading.now(), rereading.now(), rereading.now()];
  ends[0]?.();
  await jest.advanceTimersByTimeAsync(0);
  ends[1]?.();
  await Promise.all(all);
  expect(ends).toHaveLength(2);
});

it('never rejects, and tries again after a second until it works', async () => {
  let failures = 2;
  const reasons: string[] = [];
  const read = jest.fn(() => (failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve()));
  await new Rereading(read, (reason) => reasons.push(reason)).now();
  await jest.advanceTimersByTimeAsync(999);
  expect(read).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(5_000);
  expect([read.mock.calls.length, reasons]).toEqual([3, ['away', 'away']]);
});

it('tries nothing again once it has ended', async () => {
  const read = jest.fn(() => Promise.reject(new Error('away')));
  const early = new Rereading(read, () => undefined);
  await early.now();
  early.end();
  await jest.advanceTimersByTimeAsync(5_000);
  await early.now();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(read).toHaveBeenCalledTimes(2);
});
