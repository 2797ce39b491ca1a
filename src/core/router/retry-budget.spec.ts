/** The retry budget: how many of a group's requests may be on their second attempt at once. */
import { RetryBudget } from './retry-budget.js';

/** As many requests of one group, all under way. */
function enter(count: number, budget = new RetryBudget(), group = 'model-a'): ReturnType<RetryBudget['enter']>[] {
  return Array.from({ length: count }, () => budget.enter(group));
}

function granted(requests: readonly ReturnType<RetryBudget['enter']>[]): number {
  return requests.filter((request) => request.mayRetry()).length;
}

it.each([
  [1, 1],
  [3, 3],
  [4, 3],
  [15, 3],
  [16, 4],
  [100, 20],
  [1_000, 200],
])('of %d requests under way, %d may be tried again at once', (active, expected) => {
  expect(granted(enter(active))).toBe(expected);
});

it('counts a request once, however often it is tried again', () => {
  const [request, ...others] = enter(10);
  expect([request?.mayRetry(), request?.mayRetry(), request?.mayRetry()]).toEqual([true, true, true]);
  expect(granted(others)).toBe(2);
});

it('is given back by requests that end', () => {
  const budget = new RetryBudget();
  const first = enter(3, budget);
  expect(granted(first)).toBe(3);
  const [refused] = enter(1, budget);
  expect(refused?.mayRetry()).toBe(false);
  first[0]?.leave();
  expect(refused?.mayRetry()).toBe(true);
});

it('does not keep what a group that was idle had used', () => {
  const budget = new RetryBudget();
  const before = enter(3, budget);
  granted(before);
  for (const request of before) request.leave();
  expect(granted(enter(3, budget))).toBe(3);
});

it('of one group takes nothing from another', () => {
  const budget = new RetryBudget();
  granted(enter(5, budget, 'model-a'));
  expect(granted(enter(5, budget, 'model-b'))).toBe(3);
});
