/** The sums by day on real databases: they equal the rows exactly, whatever was retried and however many wrote at once. */
import { createPrismaClient, type DailySpend } from '../../../src/database/database-client.js';
import { systemRuntime } from '../../../src/database/database-options.js';
import { parseDatabaseUrl } from '../../../src/database/database-target.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { PrismaLedgerStore, type LedgerClient } from '../../../src/spend/prisma-ledger-store.js';
import type { SettledRow } from '../../../src/spend/spend-row.js';
import { unreservedRow } from './unreserved-row.js';
import { sampleIntent, sampleOutcome } from '../../../src/spend/testing/samples.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

const writers = 4;
const batchesOfEach = 12;
const rowsOfABatch = 25;
const end = { segment: 1, offset: 0 };

/** A small generator, so that a failure can be run again. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

function randomRow(id: string, random: (below: number) => number): SettledRow {
  const pick = (name: string, of: number): string => `${name}${random(of)}`;
  const intent = sampleIntent(id, {
    startedAtMs: 1_764_000_000_000 + random(3) * 86_400_000,
    apiKeyHash: pick('key', 5),
    userId: random(4) === 0 ? undefined : pick('user', 4),
    teamId: random(4) === 0 ? undefined : pick('team', 3),
    organizationId: random(2) === 0 ? undefined : pick('org', 2),
    endUser: random(2) === 0 ? undefined : pick('customer', 3),
    tags: Array.from({ length: random(3) }, () => pick('tag', 4)),
    modelGroup: pick('group', 3),
  });
  const spendNanos = BigInt(random(1_000_000)) * 1_000_003n;
  const settlement = sampleOutcome(spendNanos, {
    status: random(5) === 0 ? 'failure' : 'success',
    usage: { promptTokens: random(1_000), completionTokens: random(1_000), cachedTokens: random(10) },
  });
  return unreservedRow({ requestId: id, intent, settlement, end });
}

describeOnBothDatabases('The sums by day', (database) => {
  let service: DatabaseService;
  const clients: ReturnType<typeof createPrismaClient>[] = [];

  beforeAll(async () => {
    service = await openDatabase(database.url);
    for (let i = 0; i < writers; i += 1) {
      clients.push(createPrismaClient(parseDatabaseUrl(database.url), { url: database.url }, systemRuntime));
    }
  });
  beforeEach(() =>
    service.run(async (client) => {
      await client.spendLog.deleteMany();
      await client.dailySpend.deleteMany();
      await client.ledgerState.deleteMany();
    }),
  );
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.$disconnect()));
    await service.onApplicationShutdown();
  });

  const allSums = (): Promise<DailySpend[]> => service.run((client) => client.dailySpend.findMany());

  async function expectSumsToEqual(rows: readonly SettledRow[]): Promise<void> {
    const sums = await allSums();
    const of = (kind: string, what: (sum: DailySpend) => bigint | number): bigint =>
      sums.filter((sum) => sum.kind === kind).reduce((total, sum) => total + BigInt(what(sum)), 0n);
    const total = (counted: readonly SettledRow[], what: (row: SettledRow) => bigint | number): bigint =>
      counted.reduce((sum, row) => sum + BigInt(what(row)), 0n);
    const tagged = rows.flatMap((row) => [...new Set(row.detail.tags)].map(() => row));
    for (const [kind, counted] of [
      ['all', rows],
      ['customer', rows.filter(({ endUser }) => endUser !== null)],
      ['tag', tagged],
    ] as const) {
      expect(of(kind, ({ requests }) => requests)).toBe(BigInt(counted.length));
      expect(of(kind, ({ spendNanos }) => spendNanos)).toBe(total(counted, ({ spendNanos }) => spendNanos));
      expect(of(kind, ({ promptTokens }) => promptTokens)).toBe(total(counted, ({ detail }) => detail.promptTokens));
      expect(of(kind, ({ failedRequests }) => failedRequests)).toBe(
        BigInt(counted.filter(({ status }) => status === 'failure').length),
      );
    }
    const stored = await service.run((client) =>
      client.spendLog.aggregate({ _sum: { spendNanos: true }, _count: true }),
    );
    expect(stored).toMatchObject({
      _count: rows.length,
      _sum: { spendNanos: total(rows, ({ spendNanos }) => spendNanos) },
    });
  }

  test('after random batches of several writers at once, every sum is the sum of its rows', async () => {
    const seed = 1 + Math.floor(Math.random() * 1_000_000);
    const written: SettledRow[] = [];
    const write = async (client: LedgerClient, writer: number): Promise<void> => {
      const random = randomFrom(seed + writer);
      const store = new PrismaLedgerStore(client);
      let from: { segment: number; offset: number } | null = null;
      for (let batch = 1; batch <= batchesOfEach; batch += 1) {
        const ids = Array.from({ length: rowsOfABatch }, (_, i) => `${writer}-${batch}-${i}`);
        const rows = ids.map((id) => randomRow(id, random));
        const to = { segment: 1, offset: batch };
        await store.commit(`journal${writer}`, from, to, rows);
        // The answer was lost: the same batch again changes nothing.
        if (batch % 3 === 0) await store.commit(`journal${writer}`, from, to, rows);
        from = to;
        written.push(...rows);
      }
    };
    try {
      await Promise.all(clients.map((client, writer) => write(client, writer)));
      await expectSumsToEqual(written);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }, 60_000);

  test('a batch that fails on its way leaves no sum behind', async () => {
    const [client] = clients;
    if (!client) throw new Error('no client');
    const store = new PrismaLedgerStore(client);
    const row = randomRow('once', randomFrom(7));
    await store.commit('journal', null, { segment: 1, offset: 1 }, [row]);
    const before = await allSums();
    await expect(
      store.commit('journal', { segment: 1, offset: 1 }, { segment: 1, offset: 2 }, [
        randomRow('new', randomFrom(8)),
        row,
      ]),
    ).rejects.toThrow('a row with this request id exists already');
    expect(await allSums()).toEqual(before);
  });

  test('a sum that outgrows its column sets its row aside, and others go on', async () => {
    const [client] = clients;
    if (!client || database.dialect !== 'postgres') return;
    const store = new PrismaLedgerStore(client);
    const most = { ...randomRow('most', randomFrom(9)), spendNanos: 2n ** 63n - 1n };
    await store.commit('journal', null, { segment: 1, offset: 1 }, [most]);
    const next = store.commit('journal', { segment: 1, offset: 1 }, { segment: 1, offset: 2 }, [
      { ...most, requestId: 'one more' },
    ]);
    await expect(next).rejects.toMatchObject({ name: 'RowsRejected' });
  });
});
