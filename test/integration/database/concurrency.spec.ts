/** Concurrent writers: what was acknowledged is there, and who lost against another is tried again. */
import { Logger } from '@nestjs/common';
import Database from 'better-sqlite3';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { systemTimer } from '../../../src/database/timer.js';
import { buildDatabase } from '../support/built-database.js';
import { describeOnBothDatabases, describeOnDatabase, openDatabase } from '../support/databases.js';

beforeAll(() => Logger.overrideLogger(false));

describeOnBothDatabases('concurrent work in one process', (database) => {
  let service: DatabaseService;
  beforeAll(async () => {
    service = await openDatabase(database.url);
  });
  afterAll(() => service.onApplicationShutdown());

  it('keeps a write that was acknowledged while a transaction that later fails was open', async () => {
    let wrote: Promise<unknown> | undefined;
    const failing = service.transaction(async (tx) => {
      await tx.ledgerState.create({ data: { journalId: 'undone', file: '1', offset: 0n } });
      wrote = service.run((client) =>
        client.ledgerState.create({ data: { journalId: 'kept', file: '1', offset: 0n } }),
      );
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error('undo');
    });
    await expect(failing).rejects.toThrow('undo');
    await wrote;
    const rows = await service.run((client) => client.ledgerState.findMany());
    expect(rows.map((row) => row.journalId)).toEqual(['kept']);
  });

  it('loses no increment of 20 transactions that read before they write', async () => {
    await service.run((client) => client.feedHead.create({ data: { id: 1, sequence: 0n } }));
    await Promise.all(
      Array.from({ length: 20 }, () =>
        service.transaction(async (tx) => {
          await tx.virtualKey.count();
          await tx.feedHead.update({ where: { id: 1 }, data: { sequence: { increment: 1n } } });
        }),
      ),
    );
    expect(await service.run((client) => client.feedHead.findUniqueOrThrow({ where: { id: 1 } }))).toEqual({
      id: 1,
      sequence: 20n,
    });
  });
});

describeOnDatabase('sqlite', 'several processes on one file', (database) => {
  it('lose nothing and leave the file whole', async () => {
    const built = await buildDatabase();
    const written = await Promise.all(
      [0, 1].map((writer) => built.run<string[]>('append-events.mjs', database.url, `w${writer}`, '300')),
    );
    await built.remove();
    expect(new Set(written.flat()).size).toBe(600);
    expect(await database.sql('SELECT count(*) AS rows FROM change_feed')).toEqual([{ rows: 600 }]);
    expect(await database.sql('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  }, 60_000);

  it('wait for another writer without holding up the event loop', async () => {
    const service = await openDatabase(database.url);
    const other = new Database(database.url.slice('file:'.length));
    other.exec('BEGIN IMMEDIATE');
    let ticks = 0;
    const ticking = setInterval(() => {
      ticks += 1;
      if (ticks === 20) other.exec('COMMIT');
    }, 10);
    await service.run((client) => client.ledgerState.create({ data: { journalId: 'late', file: '1', offset: 0n } }));
    clearInterval(ticking);
    expect(ticks).toBeGreaterThanOrEqual(20);
    other.close();
    await service.onApplicationShutdown();
  });

  it('are told that the database is unavailable when another writer does not end within five seconds', async () => {
    // Time is handed in, so that the wait takes none.
    const waits: number[] = [];
    const timer = {
      ...systemTimer,
      pause: async (delayMs: number) => {
        waits.push(delayMs);
      },
    };
    const service = await openDatabase(database.url, { runtime: { timer, random: () => 0.5 } });
    const other = new Database(database.url.slice('file:'.length));
    other.exec('BEGIN IMMEDIATE');
    const write = service.run((client) =>
      client.ledgerState.create({ data: { journalId: 'never', file: '1', offset: 0n } }),
    );
    await expect(write).rejects.toMatchObject({ code: 'database_unavailable', status: 503 });
    expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThanOrEqual(4_500);
    expect(waits.reduce((sum, wait) => sum + wait)).toBeLessThanOrEqual(6_000);
    // Others in the way are no outage.
    expect(service.status).toBe('ready');
    other.close();
    await service.onApplicationShutdown();
  });
});

describeOnDatabase('postgres', 'a deadlock', (database) => {
  it('is resolved by running the losing transaction again', async () => {
    const service = await openDatabase(database.url);
    await service.run((client) =>
      client.ledgerState.createMany({ data: ['a', 'b'].map((journalId) => ({ journalId, file: '1', offset: 0n })) }),
    );
    const bump = (tx: Parameters<Parameters<DatabaseService['transaction']>[0]>[0], journalId: string) =>
      tx.ledgerState.update({ where: { journalId }, data: { offset: { increment: 1n } } });
    let runs = 0;
    let holders = 0;
    let bothHold = (): void => undefined;
    const held = new Promise<void>((resolve) => (bothHold = resolve));
    const both = [
      ['a', 'b'],
      ['b', 'a'],
    ].map(([first, second]) =>
      service.transaction(async (tx) => {
        runs += 1;
        await bump(tx, String(first));
        holders += 1;
        // Each of the two holds its first row before either asks for its second; whoever runs again finds both there.
        if (holders === 2) bothHold();
        await held;
        await bump(tx, String(second));
      }),
    );
    await Promise.all(both);
    expect(runs).toBeGreaterThan(2);
    const rows = await service.run((client) => client.ledgerState.findMany());
    expect(rows.map((row) => row.offset)).toEqual([2n, 2n]);
    await service.onApplicationShutdown();
  }, 20_000);
});
