import { afterPlan, exportStart, formatPosition, parsePosition, planNext } from './export-position.js';

const rule = { everyEntries: 10n, everyMs: 60_000 };
const at = (done: bigint, sequence: bigint, atMs: number) => ({ done, checkpoint: { sequence, atMs }, plan: null });

it('a position reads as it was written', () => {
  const planned = { ...at(5n, 3n, 1_000), plan: { until: 9_007_199_254_740_993n, checkpointAtMs: null } };
  for (const position of [exportStart, at(5n, 3n, 1_000), planned]) {
    expect(parsePosition(formatPosition(position))).toEqual(position);
  }
});

it('nothing new and no checkpoint due: nothing is planned', () => {
  expect(planNext(at(5n, 5n, 0), 5n, rule, 1e9)).toBeNull();
  expect(planNext(at(5n, 3n, 0), 5n, rule, 59_999)).toBeNull();
});

it('a checkpoint is due after so many entries, or after so long with any', () => {
  expect(planNext(at(5n, 0n, 0), 9n, rule, 1_000)).toEqual({ until: 9n, checkpointAtMs: null });
  expect(planNext(at(5n, 0n, 0), 10n, rule, 1_000)).toEqual({ until: 10n, checkpointAtMs: 1_000 });
  expect(planNext(at(5n, 3n, 0), 5n, rule, 60_000)).toEqual({ until: 5n, checkpointAtMs: 60_000 });
});

it('what was acknowledged moves the position, and a checkpoint begins anew', () => {
  expect(afterPlan(at(5n, 3n, 0), { until: 9n, checkpointAtMs: null })).toEqual(at(9n, 3n, 0));
  expect(afterPlan(at(5n, 3n, 0), { until: 9n, checkpointAtMs: 7 })).toEqual(at(9n, 9n, 7));
});
