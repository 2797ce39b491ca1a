import { systemClock, systemRandom } from '../core/spec/index.js';
import { createRequestIds } from './request-id.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('ids are UUIDv7 that begin with the time of the request', () => {
  const next = createRequestIds({ now: () => 0x0190_a0c4_7a7a }, () => 0.999_999_999);
  expect(next()).toBe('0190a0c4-7a7a-7000-bfff-ffffffffffff');
  expect(createRequestIds(systemClock, systemRandom)()).toMatch(UUID_V7);
});

test('100,000 ids of one millisecond are all different and ascend', () => {
  const next = createRequestIds({ now: () => 1_764_000_000_000 }, () => 0.5);
  const ids = Array.from({ length: 100_000 }, next);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
});

test('a clock that steps back makes no id twice and keeps the order', () => {
  const times = [1_000, 999, 998, 1_001];
  const next = createRequestIds({ now: () => times.shift() ?? 0 }, () => 0);
  const ids = Array.from({ length: 4 }, next);
  expect(new Set(ids).size).toBe(4);
  expect([...ids].sort()).toEqual(ids);
});
