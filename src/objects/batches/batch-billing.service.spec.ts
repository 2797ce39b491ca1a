/** What of a batch is told to the ledger: one row under the id that the batch has, for the key that made it. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import { FakeClock } from '../../core/testing/fake-clock.js';
import type { StoredBatch } from '../../database/database-client.js';
import type { SpendIntent, SpendOutcome } from '../../spend/spend-intent.js';
import { Logger } from '@nestjs/common';
import { BatchBilling } from './batch-billing.service.js';
import type { BatchBill } from './batch-cost.js';

beforeAll(() => Logger.overrideLogger(false));

const batch = {
  id: 'batch_1',
  ownerKeyHash: 'hash',
  owner: { keyAlias: 'mine', userId: 'u', tags: ['x'] },
  provider: 'openai',
  deploymentId: 'd',
  apiBase: 'https://a.example/v1',
  modelGroup: '',
  models: [{ name: 'mini', model: 'gpt-4o-mini', deploymentId: 'd' }],
  object: { status: 'completed' },
  ledgerId: 'ledger-1',
  finished: true,
  createdAt: new Date(0),
} as unknown as StoredBatch;

const bill: BatchBill = {
  attempts: [],
  spendNanos: 7n,
  usage: { promptTokens: 1, completionTokens: 2 },
  estimated: false,
  lines: 3,
  failedLines: 1,
};

function setUp(read: () => Promise<BatchBill>, look: () => Promise<object> = () => Promise.reject(new Error('away'))) {
  const told: string[] = [];
  const rows: { intent: SpendIntent; outcome: SpendOutcome }[] = [];
  const opened = { addTotal: () => undefined, bill: () => ({ ...bill, estimated: true }) };
  const costs = { read, open: () => Promise.resolve(opened) };
  const spend = {
    begin: (intent: SpendIntent) => {
      told.push('intent');
      return Promise.resolve({
        settle: (outcome: SpendOutcome) => {
          rows.push({ intent, outcome });
          return Promise.resolve();
        },
      });
    },
  };
  const billing = new BatchBilling({ look } as never, costs as never, spend as never, new FakeClock());
  const keep = (now?: 'now'): Promise<void> => Promise.resolve(void told.push(`keep ${now ?? ''}`));
  return { billing, rows, told, keep };
}

it('is a row under the batch’s own id, whose reservation is what it costs', async () => {
  const { billing, rows, told, keep } = setUp(() => Promise.resolve(bill));
  await billing.charge(batch, false, keep);
  expect(rows).toMatchObject([
    {
      intent: {
        requestId: 'ledger-1',
        callType: 'aretrieve_batch',
        apiKeyHash: 'hash',
        modelGroup: 'mini',
        reservationNanos: 7n,
        keyAlias: 'mine',
        userId: 'u',
        tags: ['x'],
        metadata: { batch_id: 'batch_1', batch_lines: 3, batch_failed_lines: 1 },
      },
      outcome: { status: 'success', spendNanos: 7n, usage: bill.usage },
    },
  ]);
  expect(told).toEqual(['keep now', 'intent']);
});

it('tells nothing where the claim was lost in the meantime', async () => {
  const { billing, rows } = setUp(() => Promise.resolve(bill));
  await expect(billing.charge(batch, false, () => Promise.reject(new GatewayError('conflict')))).rejects.toThrow();
  expect(rows).toEqual([]);
});

it('is not charged while its output cannot be read for a while', async () => {
  const { billing, rows, keep } = setUp(() => Promise.reject(new GatewayError('upstream_overloaded')));
  await expect(billing.charge(batch, false, keep)).rejects.toMatchObject({ code: 'upstream_overloaded' });
  expect(rows).toEqual([]);
});

const unknown = { attempts: [{ model: 'gpt-4o-mini', costNanos: 0n, unpriced: true }], usageEstimated: true };

it.each([
  ['whose output is gone for good', batch, false, new GatewayError('object_not_found')],
  ['that could not be read for days', batch, true, new GatewayError('upstream_overloaded')],
  ['that was never seen to end', { ...batch, finished: false }, true, new Error('not to be read')],
])('a batch %s is charged by what it says itself, else as unknown', async (_what, of, isLastTry, error) => {
  const silent = setUp(() => Promise.reject(error));
  await silent.billing.charge(of, isLastTry, silent.keep);
  expect(silent.rows).toMatchObject([{ outcome: unknown }]);
  const speaking = setUp(
    () => Promise.reject(error),
    () => Promise.resolve({ usage: { promptTokens: 1, completionTokens: 2 } }),
  );
  await speaking.billing.charge(of, isLastTry, speaking.keep);
  expect(speaking.rows).toMatchObject([{ outcome: { spendNanos: 7n, usageEstimated: true } }]);
});

it('a batch that failed is a failure in the ledger', async () => {
  const { billing, rows, keep } = setUp(() => Promise.resolve({ ...bill, spendNanos: 0n }));
  await billing.charge({ ...batch, object: { status: 'failed' } }, false, keep);
  expect(rows[0]?.outcome.status).toBe('failure');
});
