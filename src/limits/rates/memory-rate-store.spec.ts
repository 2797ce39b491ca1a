import { FakeClock } from '../../core/testing/fake-clock.js';
import type { RateClaim } from '../../core/spec/index.js';
import { MemoryRateStore } from './memory-rate-store.js';

const requests = (limit: number, key = 'a:requests'): RateClaim => ({
  key,
  counts: 'in_window',
  limit,
  windowMs: 60_000,
  amount: 1,
  least: 1,
});
const tokens = (limit: number, amount: number, least = amount): RateClaim => ({
  ...requests(limit, 'a:tokens'),
  amount,
  least,
});
const running = (limit: number): RateClaim => ({ ...requests(limit, 'a:running'), counts: 'while_running' });

let clock: FakeClock;
let store: MemoryRateStore;
beforeEach(() => {
  clock = new FakeClock();
  store = new MemoryRateStore(clock);
});
const isGranted = (...claims: RateClaim[]): boolean => store.take('r', claims).refusedBy === undefined;

it('grants as many requests in a window as the limit says, and again when the window that began with the first is over', () => {
  expect([1, 2, 3].map(() => isGranted(requests(2)))).toEqual([true, true, false]);
  clock.advance(59_999);
  expect(isGranted(requests(2))).toBe(false);
  clock.advance(1);
  expect([1, 2, 3].map(() => isGranted(requests(2)))).toEqual([true, true, false]);
});

it('takes nothing of any limit where one has no room', () => {
  expect(isGranted(requests(1, 'full'))).toBe(true);
  expect(store.take('r', [requests(5), requests(1, 'full')])).toMatchObject({ refusedBy: 1 });
  expect(store.take('r', [requests(5)]).readings[0]).toMatchObject({ used: 1 });
});

it('lets a guess take no more than what is left, and refuses nobody for it', () => {
  expect(store.take('r', [tokens(100, 1_000, 10)]).readings[0]).toMatchObject({ taken: 100, used: 100 });
  expect(isGranted(tokens(100, 1_000, 10))).toBe(false);
});

it('refuses what certainly does not fit', () => {
  expect(isGranted(tokens(100, 101))).toBe(false);
  expect(isGranted(tokens(100, 100))).toBe(true);
});

it('a limit of 0 admits nobody', () => {
  expect([requests(0), tokens(0, 1), running(0)].map((claim) => isGranted(claim))).toEqual([false, false, false]);
});

it('corrects what a request took when it is known what it came to, in the same window alone', () => {
  const { window } = store.take('r', [tokens(100, 60)]).readings[0] ?? { window: -1 };
  store.settle('r', [{ key: 'a:tokens', window, delta: -50 }], []);
  expect(store.take('r', [tokens(100, 90)]).readings[0]).toMatchObject({ used: 100 });
  clock.advance(60_000);
  expect(isGranted(tokens(100, 40))).toBe(true);
  store.settle('r', [{ key: 'a:tokens', window, delta: -50 }], []);
  expect(isGranted(tokens(100, 61))).toBe(false);
});

it('counts requests while they run', () => {
  expect([isGranted(running(2)), isGranted(running(2)), isGranted(running(2))]).toEqual([true, true, false]);
  store.settle('r', [], ['a:running']);
  expect([isGranted(running(2)), isGranted(running(2))]).toEqual([true, false]);
});
