/** The audit log on both databases: an entry for every change and a change for every entry, in one unbroken chain, whoever writes at once. */
import { Logger } from '@nestjs/common';
import { resolve } from 'node:path';
import { systemClock } from '../../../src/core/spec/clock.js';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { AuditLog } from '../../../src/management/audit/audit-log.service.js';
import { auditSecretKey } from '../../../src/management/audit/audit-secret-key.js';
import { AuditRepository } from '../../../src/management/audit/audit.repository.js';
import { verifyChain } from '../../../src/management/audit/verify-chain.js';
import { commandActor, type Actor } from '../../../src/management/writes/actor.js';
import { ManagementWrites } from '../../../src/management/writes/management-writes.service.js';
import { runProgram } from '../support/built-database.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

jest.setTimeout(60_000);
beforeAll(() => Logger.overrideLogger(false));

const dist = resolve(__dirname, '../../../dist');
const actor = commandActor('tester');

describeOnBothDatabases('the audit log', (database) => {
  let service: DatabaseService;
  let writes: ManagementWrites;
  let repository: AuditRepository;

  beforeAll(async () => {
    service = await openDatabase(database.url);
    const log = new AuditLog(systemClock, auditSecretKey('test'));
    writes = new ManagementWrites(service, new ChangeFeedRepository(service), log);
    repository = new AuditRepository(service);
  });
  afterAll(() => service.onApplicationShutdown());

  const addTag = (name: string, fails = false, by: Actor = actor): Promise<void> =>
    writes.run(by, async ({ tx, audit, changed }) => {
      await tx.tag.create({ data: { name, models: [], createdBy: 't', updatedBy: 't' } });
      audit({ action: 'tag.new', objectKind: 'tag', objectId: name, after: { name, api_key: 'very-secret' } });
      changed('tag', name);
      if (fails) throw new Error('undo');
    });
  const counts = async (): Promise<readonly unknown[]> => [
    await service.run((client) => client.tag.count()),
    await service.run((client) => client.auditEntry.count()),
    await service.run((client) => client.changeFeed.count()),
    await repository.head(),
  ];

  it('has no entry for a change that was undone', async () => {
    await addTag('kept');
    const before = await counts();
    await expect(addTag('undone', true)).rejects.toThrow('undo');
    expect(await counts()).toEqual(before);
  });

  it('undoes a change whose entry cannot be written', async () => {
    const before = await counts();
    const broken: Actor = { ...actor, role: undefined as unknown as string };
    await expect(addTag('no-entry', false, broken)).rejects.toThrow();
    expect(await counts()).toEqual(before);
  });

  it('undoes a change that is announced and has no entry', async () => {
    const before = await counts();
    const silent = writes.run(actor, async ({ tx, changed }) => {
      await tx.tag.create({ data: { name: 'silent', models: [], createdBy: 't', updatedBy: 't' } });
      changed('tag', 'silent');
    });
    await expect(silent).rejects.toMatchObject({ code: 'internal' });
    expect(await counts()).toEqual(before);
  });

  it('holds for what databases give back differently than it was given', async () => {
    for (const name of ['nul\0byte', 'half \ud83d surrogate', 'sk-1234567890abcdef', 'ünïcödé 🎉', 'it\'s "quoted"']) {
      await writes.run({ ...actor, name, address: name }, async ({ audit }) =>
        audit({
          action: 'x.new',
          objectKind: 'x',
          objectId: name,
          before: { [name]: name },
          after: [name, 12n, new Date(0)],
        }),
      );
    }
    expect(await verifyChain(repository)).toMatchObject({ holds: true });
    const rows = JSON.stringify(await database.sql('SELECT object_id, before, after FROM audit_entries'));
    expect(rows).not.toContain('sk-1234567890abcdef');
    expect(rows).not.toContain('very-secret');
  });

  it('is one chain after four processes have written at once, some of whose writes failed', async () => {
    const before = (await repository.head())?.sequence ?? 0n;
    const program = resolve(__dirname, '../support/programs/audited-writes.mjs');
    const written = await Promise.all(
      ['a', 'b', 'c', 'd'].map((writer) => runProgram<number>(program, [dist, database.url, writer, '100'])),
    );
    expect(written).toEqual([90, 90, 90, 90]);
    expect((await repository.head())?.sequence).toBe(before + 360n);
    expect(await verifyChain(repository, { pageSize: 100 })).toMatchObject({ holds: true, entries: before + 360n });
    const entries = await service.run((client) => client.auditEntry.findMany({ where: { action: 'tag.new' } }));
    const tags = await service.run((client) => client.tag.findMany());
    expect(entries.map(({ objectId }) => objectId).sort()).toEqual(tags.map(({ name }) => name).sort());
  });

  it('names an entry that was changed past the product', async () => {
    const head = await repository.head();
    const place = (head?.sequence ?? 0n) - 5n;
    await database.sql(`UPDATE audit_entries SET actor = 'eve' WHERE sequence = ${place}`);
    expect(await verifyChain(repository)).toMatchObject({ holds: false, fault: 'altered', sequence: place });
  });
});
