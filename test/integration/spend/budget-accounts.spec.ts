/** Every settled request is in the accounts of all who pay for it, exactly once, however many writers there are. */
import { createPrismaClient, type TransactionClient } from '../../../src/database/database-client.js';
import { systemRuntime } from '../../../src/database/database-options.js';
import { parseDatabaseUrl } from '../../../src/database/database-target.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { PrismaLedgerStore } from '../../../src/spend/prisma-ledger-store.js';
import { releaseLease } from '../../../src/spend/fold-accounts.js';
import type { LeaseMark } from '../../../src/spend/payers.js';
import { takenBy, toSpendRow, type SettledRow } from '../../../src/spend/spend-row.js';
import type { SpendIntent } from '../../../src/spend/spend-intent.js';
import { sampleIntent, sampleOutcome } from '../../../src/spend/testing/samples.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

const key = 'a'.repeat(64);

function rowOf(requestId: string, nanos: bigint, given: Partial<SpendIntent> = {}): SettledRow {
  const settled = {
    requestId,
    intent: sampleIntent(requestId, given),
    settlement: sampleOutcome(nanos),
    end: { segment: 1, offset: 1 },
  };
  return { ...toSpendRow(settled), taken: takenBy(settled) };
}

describeOnBothDatabases('Budget accounts', (database) => {
  let service: DatabaseService;
  let client: ReturnType<typeof createPrismaClient>;
  let store: PrismaLedgerStore;
  let offset = 0;

  beforeAll(async () => {
    service = await openDatabase(database.url);
    client = createPrismaClient(parseDatabaseUrl(database.url), { url: database.url }, systemRuntime);
    store = new PrismaLedgerStore(client);
  });

  beforeEach(async () => {
    await client.budgetLease.deleteMany();
    await client.budgetAccount.deleteMany();
    await client.spendLog.deleteMany();
    await client.ledgerState.deleteMany();
    offset = 0;
  });

  afterAll(async () => {
    await client.$disconnect();
    await service.onApplicationShutdown();
  });

  async function commit(...rows: SettledRow[]): Promise<void> {
    const from = offset === 0 ? null : { segment: 1, offset };
    offset += 100;
    await store.commit('journal1', from, { segment: 1, offset }, rows);
  }

  async function account(id: string): Promise<{ spent: bigint; committed: bigint } | null> {
    const row = await client.budgetAccount.findUnique({ where: { id } });
    return row && { spent: row.spentNanos, committed: row.committedNanos };
  }

  test('all who pay have it in their accounts, which are made where they are missing', async () => {
    const given = { organizationId: 'org', projectId: 'project', endUser: 'customer', tags: ['one', 'two', 'one'] };
    await commit(rowOf('r1', 5n, given), rowOf('r2', 7n, { teamId: 'team-2', userId: 'user-1' }));
    const spent = Object.fromEntries(
      (await client.budgetAccount.findMany()).map(({ id, spentNanos, committedNanos, owner }) => {
        expect([owner, committedNanos]).toEqual([id, spentNanos]);
        return [id, spentNanos];
      }),
    );
    expect(spent).toEqual({
      'proxy:': 12n,
      'organization:org': 5n,
      'team:team-1': 5n,
      'team:team-2': 7n,
      'member:team-1/user-1': 5n,
      'member:team-2/user-1': 7n,
      'project:project': 5n,
      'user:user-1': 12n,
      [`key:${key}`]: 12n,
      'customer:customer': 5n,
      'tag:one': 5n,
      'tag:two': 5n,
      [`deployment:${'d'.repeat(32)}`]: 12n,
      'provider:openai': 12n,
    });
  });

  test('other windows and the accounts of matching models go along, and are never made', async () => {
    const owner = `key:${key}`;
    const plain = { owner, maxNanos: 100n };
    await client.budgetAccount.createMany({
      data: [
        { ...plain, id: `${owner}/w/1d`, duration: '1d' },
        { ...plain, id: `${owner}/m/gpt-4o-mini`, model: 'gpt-4o-mini' },
        { ...plain, id: `${owner}/m/gpt-*`, model: 'gpt-*' },
        { ...plain, id: `${owner}/m/claude`, model: 'claude' },
      ],
    });
    await commit(rowOf('r1', 5n), rowOf('r2', 7n, { modelGroup: 'openai/gpt-4o-mini' }));
    expect(await account(owner)).toEqual({ spent: 12n, committed: 12n });
    expect(await account(`${owner}/w/1d`)).toEqual({ spent: 12n, committed: 12n });
    expect(await account(`${owner}/m/gpt-4o-mini`)).toEqual({ spent: 12n, committed: 12n });
    expect(await account(`${owner}/m/gpt-*`)).toEqual({ spent: 5n, committed: 5n });
    expect(await account(`${owner}/m/claude`)).toEqual({ spent: 0n, committed: 0n });
    expect(await client.budgetAccount.count({ where: { owner } })).toBe(5);
  });

  test('what ran under the former value of a key is for its present one to pay', async () => {
    const [former, present] = ['1'.repeat(64), '2'.repeat(64)];
    const at = new Date();
    await client.replacedKey.create({
      data: { token: former, currentToken: present, validUntil: at, replacedAt: at },
    });
    const limited = { owner: `key:${present}`, maxNanos: 100n };
    await client.budgetAccount.create({
      data: { ...limited, id: `key:${present}/m/gpt-4o-mini`, model: 'gpt-4o-mini' },
    });
    const late = rowOf('r1', 5n, { apiKeyHash: former, modelGroup: 'gpt-4o-mini' });
    await commit(late, rowOf('r2', 7n, { apiKeyHash: present, modelGroup: 'gpt-4o-mini' }));
    expect(await account(`key:${former}`)).toBeNull();
    expect(await account(`key:${present}`)).toEqual({ spent: 12n, committed: 12n });
    expect(await account(`key:${present}/m/gpt-4o-mini`)).toEqual({ spent: 12n, committed: 12n });
    expect(await client.spendLog.count({ where: { apiKeyHash: former } })).toBe(1);
    await client.replacedKey.deleteMany();
  });

  describe('With a lease', () => {
    const id = 'team:team-1';
    const lease = { accountId: id, holder: 'journal1', epoch: 3 };
    const leases = [{ account: id, epoch: 3 }];

    beforeEach(async () => {
      await client.budgetAccount.create({
        data: { id, owner: id, maxNanos: 100n, spentNanos: 10n, committedNanos: 40n, epoch: 3 },
      });
      await client.budgetLease.create({ data: { ...lease, grantedNanos: 30n, expiresAt: new Date() } });
    });

    const settled = async (): Promise<bigint | undefined> =>
      (await client.budgetLease.findUnique({ where: { accountId_holder_epoch: lease } }))?.settledNanos;

    test('what was reserved of it is settled of it, and commits nothing anew', async () => {
      await commit(rowOf('r1', 8n, { reservationNanos: 9n, leases }));
      expect(await account(id)).toEqual({ spent: 18n, committed: 40n });
      expect(await settled()).toBe(8n);
    });

    test('what a request cost beyond its reservation is debt, and committed at once', async () => {
      await commit(rowOf('r1', 25n, { reservationNanos: 9n, leases }));
      expect(await account(id)).toEqual({ spent: 35n, committed: 56n });
      expect(await settled()).toBe(9n);
    });

    test('a request that reserved nothing of it is committed beside it', async () => {
      await commit(rowOf('r1', 8n));
      expect(await account(id)).toEqual({ spent: 18n, committed: 48n });
      expect(await settled()).toBe(0n);
    });

    test('once it has expired, what was reserved of it is committed again', async () => {
      await client.$transaction((tx: TransactionClient) => releaseLease(tx, lease, 1));
      expect(await account(id)).toEqual({ spent: 10n, committed: 10n });
      await commit(rowOf('r1', 8n, { reservationNanos: 9n, leases }));
      expect(await account(id)).toEqual({ spent: 18n, committed: 18n });
      expect((await client.budgetAccount.findUnique({ where: { id } }))?.epoch).toBe(4);
    });

    test('a journal that is carried to its end gives back what its process had leased', async () => {
      await commit(rowOf('r1', 8n, { reservationNanos: 9n, leases }));
      await store.releaseLeases('journal1');
      expect(await account(id)).toEqual({ spent: 18n, committed: 18n });
      expect(await settled()).toBeUndefined();
    });

    test('an answer that is counted later takes all that was reserved for it', async () => {
      const intent = sampleIntent('r1', { reservationNanos: 9n, leases });
      const settlement = { ...sampleOutcome(2n), uncounted: { text: 'a few words' } };
      const taken: LeaseMark[] = takenBy({ requestId: 'r1', intent, settlement, end: { segment: 1, offset: 1 } });
      await commit({ ...rowOf('r1', 4n), taken });
      expect(await account(id)).toEqual({ spent: 14n, committed: 35n });
      expect(await settled()).toBe(9n);
    });
  });

  test('four writers over fifty owners lose no increment, and none of them hears of a deadlock', async () => {
    const clients = Array.from({ length: 4 }, () =>
      createPrismaClient(parseDatabaseUrl(database.url), { url: database.url }, systemRuntime),
    );
    const [batches, perBatch] = [15, 20];
    try {
      await Promise.all(
        clients.map(async (each, writer) => {
          const own = new PrismaLedgerStore(each);
          for (let batch = 0; batch < batches; batch += 1) {
            const rows = Array.from({ length: perBatch }, (_, index) => {
              // Each writer meets the owners in another order.
              const n = (index * 7 + batch * 13 + writer * 11) % 50;
              const given = { teamId: `t${n % 5}`, userId: `u${n % 10}`, apiKeyHash: `k${n}`, tags: [`x${n % 3}`] };
              return rowOf(`w${writer}-${batch}-${index}`, BigInt(index + 1), given);
            });
            const from = batch === 0 ? null : { segment: 1, offset: batch };
            await own.commit(`writer${writer}`, from, { segment: 1, offset: batch + 1 }, rows);
          }
        }),
      );
    } finally {
      for (const each of clients) await each.$disconnect();
    }
    const total = BigInt(4 * batches) * BigInt((perBatch * (perBatch + 1)) / 2);
    const rows = await client.spendLog.aggregate({ _sum: { spendNanos: true }, _count: true });
    expect(rows).toEqual({ _sum: { spendNanos: total }, _count: 4 * batches * perBatch });
    for (const kind of ['proxy', 'team', 'user', 'key', 'tag', 'provider', 'deployment', 'member']) {
      const where = { owner: { startsWith: `${kind}:` } };
      const { _sum } = await client.budgetAccount.aggregate({
        where,
        _sum: { spentNanos: true, committedNanos: true },
      });
      expect([kind, _sum]).toEqual([kind, { spentNanos: total, committedNanos: total }]);
    }
  });
});
