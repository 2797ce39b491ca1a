import type { SettledRequest } from './journal-reader.js';
import { toSpendRow } from './spend-row.js';
import { sampleIntent, sampleOutcome } from './testing/samples.js';

function settled(given: Partial<SettledRequest> = {}): SettledRequest {
  return {
    requestId: 'r',
    intent: sampleIntent('r'),
    settlement: sampleOutcome(5n),
    end: { segment: 1, offset: 1 },
    ...given,
  };
}

test('the last attempt names the model and the deployment; every attempt is in the detail', () => {
  const failed = {
    deploymentId: 'x',
    provider: 'azure',
    model: 'm',
    apiBase: 'b',
    status: 'failure' as const,
    costNanos: 2n,
    errorCode: 'upstream_internal',
  };
  const outcome = sampleOutcome(5n);
  const row = toSpendRow(settled({ settlement: { ...outcome, attempts: [failed, ...outcome.attempts] } }));
  expect(row).toMatchObject({
    model: 'gpt-4o-mini-2024-07-18',
    modelId: 'd'.repeat(32),
    modelGroup: 'gpt-4o-mini',
    totalTokens: 30,
  });
  expect(row.detail.attempts.map(({ provider, costNanos }) => [provider, costNanos])).toEqual([
    ['azure', '2'],
    ['openai', '5'],
  ]);
});

test('characters that PostgreSQL refuses are replaced wherever a client may put them', () => {
  const nasty = 'a\0b\uD800c';
  const row = toSpendRow(
    settled({ intent: sampleIntent('r', { endUser: nasty, metadata: { [nasty]: [nasty, '\u{1F600}'] } }) }),
  );
  expect(row.endUser).toBe('a\uFFFDb\uFFFDc');
  expect(row.detail.metadata).toEqual({ 'a\uFFFDb\uFFFDc': ['a\uFFFDb\uFFFDc', '\u{1F600}'] });
});

test('counts and amounts beyond their column are held at its limit', () => {
  const usage = { promptTokens: 2 ** 40, completionTokens: 1 };
  const row = toSpendRow(settled({ settlement: sampleOutcome(2n ** 70n, { usage }) }));
  expect(row.totalTokens).toBe(2 ** 31 - 1);
  expect(row.spendNanos).toBe(2n ** 63n - 1n);
});
