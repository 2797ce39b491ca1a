/** SIGKILL at random moments: every request whose begin returned has exactly one row, and every settlement that returned counts. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { listJournals } from '../../../src/spend/journal-folder.js';
import { spendSettings } from '../../../src/spend/spend-settings.js';
import { SpendService } from '../../../src/spend/spend.service.js';
import { temporaryJournalDir } from '../../../src/spend/testing/samples.js';
import { createWriter } from '../../../src/spend/writer-factory.js';
import { describeOnBothDatabases, eventually, openDatabase } from '../support/databases.js';
import { buildSpend, type BuiltSpend } from './built-spend.js';

const KILLS = 8;
const program = join(__dirname, 'programs/spend-until-killed.mjs');

let built: BuiltSpend;
beforeAll(async () => {
  built = await buildSpend();
}, 60_000);
afterAll(() => built.remove());

/** What a killed process had been told by the spend room. */
interface Acknowledged {
  readonly begun: Set<string>;
  readonly settled: Map<string, bigint>;
}

async function runAndKill(journalDir: string, url: string, acknowledged: Acknowledged): Promise<void> {
  const child = spawn(process.execPath, [program, built.dist, journalDir, url], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const told = new Promise<void>((resolve) => {
    (child.stdio[3] as Readable).on('data', (chunk: Buffer) => {
      output += chunk.toString();
      resolve();
    });
  });
  const closed = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, signal) => resolve(signal)));
  await Promise.race([told, closed]);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 800));
  child.kill('SIGKILL');
  if ((await closed) !== 'SIGKILL') throw new Error(`The program ended by itself: ${errors}`);
  for (const line of output.split('\n').slice(0, -1)) {
    const [what, requestId = '', nanos = ''] = line.split(' ');
    if (what === 'begun') acknowledged.begun.add(requestId);
    else acknowledged.settled.set(requestId, BigInt(nanos));
  }
}

describeOnBothDatabases('After kill -9', (database) => {
  let service: DatabaseService;
  beforeAll(async () => {
    service = await openDatabase(database.url);
  });
  afterAll(() => service.onApplicationShutdown());

  test(`${KILLS} times at random moments, every begun request has exactly one row with its money`, async () => {
    const journalDir = temporaryJournalDir();
    const acknowledged: Acknowledged = { begun: new Set(), settled: new Map() };
    for (let kills = 0; kills < KILLS; kills += 1) await runAndKill(journalDir, database.url, acknowledged);

    const settings = spendSettings({ journalDir, databaseUrl: database.url, writer: 'in-process' });
    const survivor = new SpendService(settings, createWriter);
    await survivor.onModuleInit();
    await eventually('all journals of the dead are carried', () => listJournals(journalDir).length === 1);
    await survivor.onApplicationShutdown();

    const rows = await service.run((client) => client.spendLog.findMany());
    const byId = new Map(rows.map((row) => [row.requestId, row]));
    const isRecovered = (id: string): boolean => (byId.get(id)?.detail as { recovered?: boolean }).recovered === true;
    expect(acknowledged.begun.size).toBeGreaterThan(1_000);
    expect([...acknowledged.begun].filter((id) => !byId.has(id))).toEqual([]);
    for (const [id, nanos] of acknowledged.settled) {
      expect([id, byId.get(id)?.spendNanos, isRecovered(id)]).toEqual([id, nanos, false]);
    }
    // A kill may fall between a call's return and its telling: at most one request each, in either state.
    const untold = rows.filter(({ requestId }) => !acknowledged.begun.has(requestId));
    expect(untold.length).toBeLessThanOrEqual(KILLS);
    const unsettled = [...acknowledged.begun].filter((id) => !acknowledged.settled.has(id));
    expect(unsettled.filter((id) => !isRecovered(id)).length).toBeLessThanOrEqual(KILLS);
    expect(readdirSync(journalDir)).toEqual([]);
    expect(await service.run((client) => client.ledgerState.count())).toBe(0);
  }, 120_000);

  test('a living sibling adopts the journal of the dead within 3 s', async () => {
    const journalDir = temporaryJournalDir();
    const settings = spendSettings({ journalDir, databaseUrl: database.url, writer: 'in-process' });
    const sibling = new SpendService(settings, createWriter);
    await sibling.onModuleInit();
    const { journalId } = sibling.status();
    await runAndKill(journalDir, database.url, { begun: new Set(), settled: new Map() });
    await eventually('adopted', () => listJournals(journalDir).every(({ ownerId }) => ownerId === journalId), 3_000);
    await eventually('carried', () => listJournals(journalDir).length === 1);
    await sibling.onApplicationShutdown();
  }, 60_000);
});
