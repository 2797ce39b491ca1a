// Writes through management's one door, as the product does: `count` tags, each with an entry; every tenth write fails after its change. Prints how many were written.
import 'reflect-metadata';
import { Logger } from '@nestjs/common';

const [dist, url, writer, count] = process.argv.slice(2);
const { DatabaseService } = await import(`${dist}/database/database.service.js`);
const { ChangeFeedRepository } = await import(`${dist}/database/change-feed.repository.js`);
const { AuditLog } = await import(`${dist}/management/audit/audit-log.service.js`);
const { auditSecretKey } = await import(`${dist}/management/audit/audit-secret-key.js`);
const { ManagementWrites } = await import(`${dist}/management/writes/management-writes.service.js`);
const { commandActor } = await import(`${dist}/management/writes/actor.js`);

Logger.overrideLogger(false);
const database = new DatabaseService({ url });
await database.onModuleInit();
const clock = { now: () => Date.now() };
const feed = new ChangeFeedRepository(database);
const writes = new ManagementWrites(database, feed, new AuditLog(clock, auditSecretKey('test')));
let next = 0;
let written = 0;
const worker = async () => {
  while (next < Number(count)) {
    const number = next++;
    const name = `${writer}-${number}`;
    const write = writes.run(commandActor(writer), async ({ tx, audit, changed }) => {
      await tx.tag.create({ data: { name, models: [], createdBy: writer, updatedBy: writer } });
      audit({ action: 'tag.new', objectKind: 'tag', objectId: name, after: { name } });
      changed('tag', name);
      if (number % 10 === 9) throw new Error('undo');
    });
    await write.then(
      () => (written += 1),
      (error) => {
        if (error.message !== 'undo') throw error;
      },
    );
  }
};
await Promise.all(Array.from({ length: 4 }, worker));
await database.onApplicationShutdown();
console.log(JSON.stringify(written));
