// What the indexes of a migration cost an insert: 100 rows by one createMany of Prisma, with and without them, by turns, on PostgreSQL.
// scripts/with-postgres.sh scripts/with-node node bench/database/index-cost.mjs [--rows 500000] [--rounds 150]
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fillKeys } from '../keys/fill.mjs';
import { fillReports } from '../reports/fill.mjs';
import { connected, makeDatabase, migrateDatabase, prismaOf } from './postgres.mjs';

const { values: given } = parseArgs({
  options: { rows: { type: 'string', default: '500000' }, rounds: { type: 'string', default: '150' } },
});
const migration = '_add_report_indexes';
const rows = Number(given.rows);
const rounds = Number(given.rounds);
const folder = path.resolve(import.meta.dirname, '../../prisma/postgres/migrations');
const sql = readFileSync(
  path.join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(migration)),
    'migration.sql',
  ),
  'utf8',
);
const indexes = [...sql.matchAll(/CREATE INDEX IF NOT EXISTS "(\w+)"/g)].map(([, name]) => name);
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

const batches = {
  virtualKey: (round) => (place) => {
    const token = sha256(`${round}/${place}`);
    const owner = {
      userId: `user-${(round * 31 + place) % 90_000}`,
      teamId: `team-${place}`,
      organizationId: `organization-${place % 50}`,
    };
    return {
      token,
      keyName: 'sk-...0000',
      keyAlias: `made-${round}-${place}`,
      models: [],
      metadata: {},
      ...owner,
      createdBy: 'bench',
      updatedBy: 'bench',
    };
  },
  spendLog: (round) => (place) => ({
    requestId: `made-${String(round).padStart(6, '0')}-${place}`,
    startedAt: new Date(),
    apiKeyHash: sha256(`key-${(round * 31 + place) % 10_000}`),
    modelGroup: 'group-1',
    model: 'model-1',
    modelId: 'deployment-1',
    userId: `user-${(round * 31 + place) % 5_000}`,
    teamId: `team-${place}`,
    endUser: place % 3 === 0 ? `customer-${(round * 31 + place) % 20_000}` : null,
    status: 'success',
    spendNanos: 1_500_000n,
    totalTokens: 1_500,
    detail: {
      callType: 'acompletion',
      endedAtMs: Date.now(),
      promptTokens: 1_000,
      completionTokens: 500,
      provider: 'openai',
      attempts: [],
    },
  }),
  dailySpend: (round) => (place) => ({
    id: sha256(`${round}/${place}`),
    date: new Date().toISOString().slice(0, 10),
    kind: 'all',
    entity: '',
    apiKeyHash: sha256(`key-${(round * 31 + place) % 10_000}`),
    userId: `user-${(round * 31 + place) % 5_000}`,
    teamId: `team-${place}`,
    organizationId: `organization-${place % 20}`,
    projectId: '',
    modelGroup: `group-${round}`,
    model: 'model-1',
    provider: 'openai',
    requests: 1,
    failedRequests: 0,
    promptTokens: 1_000n,
    completionTokens: 500n,
    cacheReadTokens: 0n,
    cacheWriteTokens: 0n,
    spendNanos: 1_500_000n,
  }),
};

async function filled(withIndexes) {
  const database = await makeDatabase('index_cost');
  await migrateDatabase(database.url);
  const client = await connected(database.url);
  const log = () => undefined;
  if (!withIndexes) for (const name of indexes) await client.query(`DROP INDEX "${name}"`);
  await fillReports(client, rows, log);
  await fillKeys(client, rows, log);
  await client.end();
  return { ...database, prisma: await prismaOf(database.url) };
}

const databases = [await filled(false), await filled(true)];
try {
  console.log('| insert of 100 rows into | without, ms | with, ms | more |\n| --- | ---: | ---: | ---: |');
  for (const [model, rowOf] of Object.entries(batches)) {
    const times = databases.map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      const data = Array.from({ length: 100 }, (_, place) => rowOf(round)(place));
      for (const [place, { prisma }] of databases.entries()) {
        const startedMs = performance.now();
        await prisma[model].createMany({ data });
        times[place].push(performance.now() - startedMs);
      }
    }
    const [before, after] = times.map((all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]);
    console.log(
      `| ${model} | ${before.toFixed(2)} | ${after.toFixed(2)} | ${((after / before - 1) * 100).toFixed(0)} % |`,
    );
  }
} finally {
  for (const { prisma, drop } of databases) {
    await prisma.$disconnect();
    await drop();
  }
}
