import { dailySums } from './fold-daily.js';
import { toSpendRow, type SpendRow } from './spend-row.js';
import type { SpendIntent, SpendOutcome } from './spend-intent.js';
import { sampleIntent, sampleOutcome } from './testing/samples.js';

function row(intent: Partial<SpendIntent> = {}, outcome: Partial<SpendOutcome> = {}): SpendRow {
  const end = { segment: 1, offset: 0 };
  return toSpendRow({
    requestId: 'r',
    intent: sampleIntent('r', intent),
    settlement: sampleOutcome(outcome.spendNanos ?? 1_000n, outcome),
    end,
  });
}

test('requests that differ in nothing are one sum, with every amount', () => {
  const usage = {
    promptTokens: 10,
    completionTokens: 20,
    cachedTokens: 3,
    cacheCreationTokens: 2,
    cacheCreation1hTokens: 1,
  };
  const sums = dailySums([row({}, { usage }), row({}, { usage, status: 'failure', spendNanos: 5n })]);
  expect(sums).toEqual([
    {
      id: expect.stringMatching(/^[\w-]{43}$/),
      date: '2025-11-24',
      kind: 'all',
      entity: '',
      apiKeyHash: 'a'.repeat(64),
      userId: 'user-1',
      teamId: 'team-1',
      organizationId: '',
      projectId: '',
      modelGroup: 'gpt-4o-mini',
      model: 'gpt-4o-mini-2024-07-18',
      provider: 'openai',
      requests: 2,
      failedRequests: 1,
      promptTokens: 20n,
      completionTokens: 40n,
      cacheReadTokens: 6n,
      cacheWriteTokens: 6n,
      spendNanos: 1_005n,
    },
  ]);
});

test.each<Partial<SpendIntent>>([
  { apiKeyHash: 'b' },
  { userId: 'other' },
  { teamId: undefined },
  { organizationId: 'o' },
  { projectId: 'p' },
  { modelGroup: 'g' },
  { startedAtMs: 1_764_000_000_000 + 86_400_000 },
])('%j is a sum of its own', (other) => {
  expect(dailySums([row(), row(other)])).toHaveLength(2);
});

test('a customer and each tag have a sum beside the one of all, and a tag that is named twice counts once', () => {
  const sums = dailySums([row({ endUser: 'c', tags: ['x', 'y', 'x'] })]);
  expect(sums.map(({ kind, entity, requests }) => `${kind}:${entity}:${requests}`).sort()).toEqual([
    'all::1',
    'customer:c:1',
    'tag:x:1',
    'tag:y:1',
  ]);
});

test('names that look alike once they are joined are told apart', () => {
  expect(dailySums([row({ userId: 'a","b', teamId: 'c' }), row({ userId: 'a', teamId: 'b","c' })])).toHaveLength(2);
});

test('all writers take the sums in one order', () => {
  const rows = Array.from({ length: 20 }, (_, i) => row({ userId: `u${i}` }));
  const ids = dailySums(rows).map(({ id }) => id);
  expect(ids).toEqual([...ids].sort());
  expect(dailySums([...rows].reverse()).map(({ id }) => id)).toEqual(ids);
});

test('counts that are no counts add nothing', () => {
  const usage = { promptTokens: Number.NaN, completionTokens: -5 };
  expect(dailySums([row({}, { usage })])).toMatchObject([{ promptTokens: 0n, completionTokens: 0n }]);
});
