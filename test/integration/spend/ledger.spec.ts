/** The ledger on real databases: rows and position move together, whatever fails between. */
import { systemRuntime } from '../../../src/database/database-options.js';
import { createPrismaClient } from '../../../src/database/database-client.js';
import { parseDatabaseUrl } from '../../../src/database/database-target.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { JournalCarrier } from '../../../src/spend/journal-carrier.js';
import type { Journal } from '../../../src/spend/journal.js';
import { PositionConflict } from '../../../src/spend/ledger-store.js';
import { PrismaLedgerStore, type LedgerClient } from '../../../src/spend/prisma-ledger-store.js';
import type { SpendRow } from '../../../src/spend/spend-row.js';
import {
  noReport,
  orphanJournal,
  sampleIntent,
  sampleOutcome,
  temporaryJournalDir,
} from '../../../src/spend/testing/samples.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

describeOnBothDatabases('The ledger', (database) => {
  let service: DatabaseService;
  let client: ReturnType<typeof createPrismaClient>;
  let journal: Journal;
  let journalId = 'ledger0';
  let setAside: SpendRow[];
  let count = 0;

  beforeAll(async () => {
    service = await openDatabase(database.url);
    client = createPrismaClient(parseDatabaseUrl(database.url), { url: database.url }, systemRuntime);
  });

  beforeEach(async () => {
    await client.spendLog.deleteMany();
    journalId = `ledger${++count}`;
    journal = orphanJournal(temporaryJournalDir(), { journalId, segmentBytes: 3_000 });
    setAside = [];
  });

  afterAll(async () => {
    await client.$disconnect();
    await service.onApplicationShutdown();
  });

  function openCarrier(ledger: LedgerClient = client): Promise<JournalCarrier> {
    const store = new PrismaLedgerStore(ledger);
    return JournalCarrier.open({
      journalId,
      folder: journal.folder,
      store,
      report: noReport,
      setAside: (row) => setAside.push(row),
    });
  }

  function settleMany(from: number, to: number): void {
    for (let i = from; i < to; i += 1) {
      journal.appendIntent(sampleIntent(`r${i}`));
      journal.appendSettlement(`r${i}`, sampleOutcome(BigInt(i)));
    }
  }

  async function drain(carrier: JournalCarrier, limit = 7): Promise<void> {
    try {
      while ((await carrier.carry(limit)) > 0);
    } finally {
      await carrier.close();
    }
  }

  test('every settled request becomes one row, column by column, and amounts add up exactly', async () => {
    settleMany(0, 25);
    await drain(await openCarrier());
    expect(await client.spendLog.aggregate({ _count: true, _sum: { spendNanos: true } })).toEqual({
      _count: 25,
      _sum: { spendNanos: 300n },
    });
    expect(await client.spendLog.findUnique({ where: { requestId: 'r3' } })).toMatchObject({
      startedAt: new Date(1_764_000_000_000),
      apiKeyHash: 'a'.repeat(64),
      modelGroup: 'gpt-4o-mini',
      model: 'gpt-4o-mini-2024-07-18',
      modelId: 'd'.repeat(32),
      userId: 'user-1',
      teamId: 'team-1',
      endUser: null,
      status: 'success',
      spendNanos: 3n,
      totalTokens: 30,
      detail: { provider: 'openai', keyAlias: 'alias-1', promptTokens: 10, attempts: [{ costNanos: '3' }] },
    });
  });

  test('a carrier that dies after the rows and before the commit leaves neither rows nor position', async () => {
    settleMany(0, 10);
    const dying: LedgerClient = {
      ledgerState: client.ledgerState,
      $transaction: (async (work: (tx: unknown) => Promise<unknown>) =>
        client.$transaction(async (tx) => {
          await work(tx);
          throw new Error('killed');
        })) as unknown as LedgerClient['$transaction'],
    };
    const killed = await openCarrier(dying);
    await expect(killed.carry(5)).rejects.toThrow('killed');
    await killed.close();
    expect(await client.spendLog.count()).toBe(0);
    expect(await client.ledgerState.findUnique({ where: { journalId } })).toBeNull();
    await drain(await openCarrier());
    expect(await client.spendLog.count()).toBe(10);
  });

  test('a commit whose answer was lost is not repeated', async () => {
    settleMany(0, 10);
    let lost = 1;
    const deaf: LedgerClient = {
      ledgerState: client.ledgerState,
      $transaction: (async (work: never) => {
        const answer: unknown = await client.$transaction(work);
        if (lost-- > 0) throw new Error('the connection broke');
        return answer;
      }) as unknown as LedgerClient['$transaction'],
    };
    const carrier = await openCarrier(deaf);
    await expect(carrier.carry(5)).rejects.toThrow('the connection broke');
    await drain(carrier);
    expect(await client.spendLog.count()).toBe(10);
    expect(setAside).toEqual([]);
  });

  test('two carriers that race on one journal write each row once, and one of them is told', async () => {
    settleMany(0, 60);
    const carriers = [await openCarrier(), await openCarrier()];
    const ends = await Promise.allSettled(carriers.map((carrier) => drain(carrier)));
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(PositionConflict);
    expect(ends.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await client.spendLog.count()).toBe(60);
    expect(setAside).toEqual([]);
  });

  test('a request id that is in the database already is set aside alone, and the writer goes on', async () => {
    settleMany(0, 20);
    const [row] = [{ requestId: 'r7', startedAt: new Date(), apiKeyHash: '', modelGroup: '', model: '', modelId: '' }];
    await client.spendLog.create({ data: { ...row, status: 'success', spendNanos: 1n, totalTokens: 0, detail: {} } });
    await drain(await openCarrier(), 100);
    expect(setAside.map(({ requestId, spendNanos }) => [requestId, spendNanos])).toEqual([['r7', 7n]]);
    expect(await client.spendLog.count()).toBe(20);
  });

  test('what clients put into names and metadata never wedges the writer', async () => {
    const nasty = 'nul \0, half a pair \uD800, emoji \u{1F600}, quote \' " \\ \\u0000';
    journal.appendIntent(
      sampleIntent('nasty', {
        endUser: nasty,
        modelGroup: nasty.repeat(200),
        metadata: { [nasty]: [nasty, null, 1e308] },
      }),
    );
    journal.appendSettlement(
      'nasty',
      sampleOutcome(2n ** 80n, { usage: { promptTokens: 1e15, completionTokens: 0 }, errorMessage: nasty }),
    );
    await drain(await openCarrier());
    expect(setAside).toEqual([]);
    expect((await client.spendLog.findUnique({ where: { requestId: 'nasty' } }))?.endUser).toContain('emoji \u{1F600}');
  });
});
