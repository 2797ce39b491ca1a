// Exports a database's audit log to one HTTP sink without a licence, as the feature does, until it is idle or killed.
import 'reflect-metadata';
import { createPrivateKey, randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Pool } from 'undici';

const [dist, url, kind, origin, pem] = process.argv.slice(2);
const { DatabaseService } = await import(`${dist}/database/database.service.js`);
const { AuditRepository } = await import(`${dist}/management/audit/audit.repository.js`);
const { ExportCursors } = await import(`${dist}/enterprise/audit-export/export-cursors.repository.js`);
const { Exporter } = await import(`${dist}/enterprise/audit-export/exporter.js`);
const { WebhookSink } = await import(`${dist}/enterprise/audit-export/sinks/webhook-sink.js`);
const { S3Sink } = await import(`${dist}/enterprise/audit-export/sinks/s3-sink.js`);

Logger.overrideLogger(false);
const database = new DatabaseService({ url });
await database.onModuleInit();
// Ahead of the process that was killed before, so that its claim has ended.
const aheadMs = Number(process.env.AHEAD_MS ?? 0);
const clock = { now: () => Date.now() + aheadMs, monotonic: () => performance.now() };
const pool = new Pool(origin);
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const sink =
  kind === 's3'
    ? new S3Sink({ origin, basePath: '/logs', prefix: 'audit/', region: 'eu-central-1', keys }, () => pool, clock)
    : new WebhookSink({ url: new URL(`${origin}/hook`), secret: 'a-shared-secret-of-the-test' }, () => pool, clock);
const exporter = new Exporter({
  sink,
  source: new AuditRepository(database),
  cursors: new ExportCursors(database),
  clock,
  holder: randomUUID(),
  signingKey: createPrivateKey(pem),
  checkpoints: { everyEntries: 250n, everyMs: 3_600_000 },
});
const signal = new AbortController().signal;
while ((await exporter.step(signal)) === 'sent');
await exporter.release();
await pool.close();
await database.onApplicationShutdown();
console.log('{}');
