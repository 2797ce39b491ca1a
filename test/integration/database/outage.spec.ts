/** The database goes away and comes back: the process lives, says so, and recovers by itself. */
import { Logger } from '@nestjs/common';
import { DatabaseService } from '../../../src/database/database.service.js';
import { DatabaseLine } from '../support/database-line.js';
import { createDatabase, describeOnDatabase, eventually, openDatabase } from '../support/databases.js';

const head = (service: DatabaseService) => service.run((client) => client.feedHead.findUnique({ where: { id: 1 } }));
const unavailable = { code: 'database_unavailable', status: 503 };

beforeAll(() => Logger.overrideLogger(false));

describeOnDatabase('postgres', 'a database that is away', (database) => {
  it('at start keeps the process alive, and is migrated and used when it comes', async () => {
    const line = new DatabaseLine(new URL((await database.another()).url));
    await line.up();
    await line.down();
    const service = new DatabaseService({ url: line.url });
    await service.onModuleInit();
    expect(service.status).toBe('unavailable');
    await expect(head(service)).rejects.toMatchObject(unavailable);
    await line.up();
    await eventually('ready', () => service.status === 'ready', 5_000);
    expect(await head(service)).toBeNull();
    await service.onApplicationShutdown();
    await line.down();
  });

  it('in mid-life is noticed by the first call, and used again within seconds of its return', async () => {
    const line = new DatabaseLine(new URL(database.url));
    await line.up();
    const service = await openDatabase(line.url);
    expect(await head(service)).toBeNull();
    await line.down();
    await expect(head(service)).rejects.toMatchObject(unavailable);
    expect(service.status).toBe('unavailable');
    const askedAt = performance.now();
    await expect(service.transaction((tx) => tx.feedHead.count())).rejects.toMatchObject(unavailable);
    expect(performance.now() - askedAt).toBeLessThan(50);
    await line.up();
    await eventually('ready', () => service.status === 'ready', 5_000);
    expect(await head(service)).toBeNull();
    await service.onApplicationShutdown();
    await line.down();
  });

  it('that is silent is taken for away by who cannot wait, and used again as soon as it answers', async () => {
    const service = await openDatabase(database.url);
    const silent = () => new Promise<never>(() => undefined);
    await expect(service.run(silent, 50)).rejects.toMatchObject(unavailable);
    expect(service.status).toBe('unavailable');
    await eventually('it is used again', () => service.status === 'ready', 10_000);
    await service.onApplicationShutdown();
  });

  it('fails a transaction that it breaks, and nothing of it is kept', async () => {
    const line = new DatabaseLine(new URL(database.url));
    await line.up();
    const service = await openDatabase(line.url);
    const broken = service.transaction(async (tx) => {
      await tx.ledgerState.create({ data: { journalId: 'broken', file: '1', offset: 0n } });
      await line.down();
      await tx.ledgerState.count();
    });
    await expect(broken).rejects.toMatchObject(unavailable);
    await line.up();
    await eventually('ready', () => service.status === 'ready', 5_000);
    expect(await service.run((client) => client.ledgerState.count({ where: { journalId: 'broken' } }))).toBe(0);
    await service.onApplicationShutdown();
    await line.down();
  });

  it('is used on after the server ended every connection', async () => {
    const service = await openDatabase(database.url);
    await head(service);
    await database.sql(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await eventually(
      'an answer',
      () =>
        head(service).then(
          () => true,
          () => false,
        ),
      5_000,
    );
    expect(service.status).toBe('ready');
    await service.onApplicationShutdown();
  });

  it('has all connections closed at shutdown', async () => {
    const service = await openDatabase(database.url);
    await Promise.all(Array.from({ length: 5 }, () => head(service)));
    await service.onApplicationShutdown();
    const open =
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'tollgate%'";
    await eventually('no connection open', async () => (await database.sql(open)).length === 0, 2_000);
    await expect(head(service)).rejects.toMatchObject(unavailable);
  });

  it('is migrated again when an empty one took its place', async () => {
    const place = await createDatabase('postgres');
    const service = await openDatabase(place.url);
    await place.sql('DROP SCHEMA public CASCADE');
    await place.sql('CREATE SCHEMA public');
    await expect(head(service)).rejects.toMatchObject(unavailable);
    await eventually('ready', () => service.status === 'ready', 5_000);
    expect(await head(service)).toBeNull();
    await service.onApplicationShutdown();
    await place.drop();
  });
});
