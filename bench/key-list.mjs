// How long /key/list and /key/aliases take over millions of keys on PostgreSQL: the built product over HTTP, rows made by SQL.
// scripts/build.sh --if-needed && scripts/with-postgres.sh scripts/with-node node bench/key-list.mjs [--rows N] [--rounds N]
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';

const { values } = parseArgs({ options: { rows: { type: 'string' }, rounds: { type: 'string' } } });
const rows = Number(values.rows ?? 10_000_000);
const rounds = Number(values.rounds ?? 20);
const server = process.env.TEST_POSTGRES_URL;
if (!server) throw new Error('TEST_POSTGRES_URL is not set: run this by scripts/with-postgres.sh.');

const masterKey = `sk-${randomBytes(32).toString('hex')}`;
const database = `tollgate_bench_${process.pid}`;
const address = new URL(server);
address.pathname = database;
const folder = mkdtempSync(join(tmpdir(), 'tollgate-key-list-'));
const port = await new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = probe.address();
    probe.close(() => done(free));
  });
});

await sql(server, `CREATE DATABASE ${database}`);
writeFileSync(
  join(folder, 'config.yaml'),
  JSON.stringify({ general_settings: { master_key: masterKey, database_url: address.href } }),
);
const gateway = spawn(
  resolve('bin/tollgate'),
  ['--config', 'config.yaml', '--host', '127.0.0.1', '--port', String(port)],
  { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
);
const ended = new Promise((done) => gateway.once('exit', done));
try {
  await ready();
  await fill();
  const columns = await measureAll();
  console.log(
    `\n${rows} keys, ${rounds} rounds\n\n| query | rows | p50 ms | p95 ms | most ms |\n|---|---|---|---|---|`,
  );
  for (const column of columns) console.log(`| ${column.join(' | ')} |`);
} finally {
  gateway.kill('SIGTERM');
  await ended;
  await sql(server, `DROP DATABASE ${database} WITH (FORCE)`);
  rmSync(folder, { recursive: true, force: true });
}

async function sql(url, text) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function ready() {
  for (let tries = 0; tries < 600; tries += 1) {
    if (gateway.exitCode !== null) throw new Error('The gateway ended.');
    const answer = await fetch(`http://127.0.0.1:${port}/health/readiness`).catch(() => null);
    if (answer?.status === 200) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('The gateway did not become ready.');
}

/** 100,000 users, 1,000 teams, 50 organizations; one user and one team that have very many keys. */
async function fill() {
  const began = performance.now();
  const batch = 1_000_000;
  // Indexes are made at once and not row by row; the schema's own definitions come back as they were.
  const indexes = await sql(
    address.href,
    `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'virtual_keys' AND indexname NOT LIKE '%pkey'`,
  );
  await sql(address.href, 'ALTER TABLE virtual_keys DROP CONSTRAINT virtual_keys_pkey');
  for (const { indexname } of indexes) await sql(address.href, `DROP INDEX "${indexname}"`);
  for (let from = 0; from < rows; from += batch) {
    const to = Math.min(rows, from + batch) - 1;
    await sql(
      address.href,
      `INSERT INTO virtual_keys (token, key_name, key_alias, models, metadata, user_id, team_id, organization_id, blocked, expires, created_at, created_by, updated_at, updated_by)
       SELECT encode(sha256(i::text::bytea), 'hex'), 'sk-...' || lpad((i % 10000)::text, 4, '0'), 'key-' || i, '[]', '{}',
         CASE WHEN i % 10 = 0 THEN 'busy-user' ELSE 'user-' || (i % 100000) END,
         CASE WHEN i % 5 = 0 THEN 'busy-team' ELSE 'team-' || (i % 1000) END, 'organization-' || (i % 50), i % 100 = 0,
         CASE WHEN i % 20 = 0 THEN now() - interval '1 day' END,
         now() - i * interval '1 second', 'admin-' || (i % 10), now() - i * interval '1 second', 'admin'
       FROM generate_series(${from}, ${to}) AS i`,
    );
    console.error(`${to + 1} keys after ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  }
  await sql(address.href, `SET maintenance_work_mem = '512MB'; ALTER TABLE virtual_keys ADD PRIMARY KEY (token)`);
  for (const { indexdef } of indexes) await sql(address.href, `SET maintenance_work_mem = '512MB'; ${indexdef}`);
  await sql(address.href, 'VACUUM ANALYZE virtual_keys');
  console.error(`indexes after ${((performance.now() - began) / 1_000).toFixed(0)} s`);
}

async function measureAll() {
  const queries = [
    '/key/list',
    '/key/list?page=2&size=100&return_full_object=true',
    '/key/list?page=100&size=100',
    '/key/list?sort_order=asc',
    '/key/list?user_id=user-77777',
    '/key/list?user_id=busy-user',
    '/key/list?user_id=nobody',
    '/key/list?team_id=team-777',
    '/key/list?team_id=busy-team',
    '/key/list?organization_id=organization-7',
    '/key/list?team_id=team-777&user_id=user-77777',
    '/key/list?status=active',
    '/key/list?status=expired',
    '/key/list?status=revoked',
    '/key/list?expires=expired',
    '/key/list?key_alias=key-777',
    `/key/list?key_hash=${'f'.repeat(64)}`,
    '/key/list?search=key-77',
    '/key/list?user_id=user-77777&sort_by=spend',
    '/key/list?sort_by=key_alias&sort_order=asc',
    '/key/list?sort_by=updated_at',
    '/key/list?sort_by=expires&sort_order=asc',
    '/key/aliases',
    '/key/aliases?team_id=team-777',
  ];
  const columns = [];
  for (const query of queries) columns.push(await measure(query));
  // Whoever walks the pages gets far behind without walking over all that lies before.
  for (let page = 11; page < 400; page += 1) await ask(`/key/list?page=${page}&size=100`);
  columns.push(await measure('/key/list?page=400&size=100'));
  return columns;
}

async function ask(query) {
  const began = performance.now();
  const answer = await fetch(`http://127.0.0.1:${port}${query}`, { headers: { authorization: `Bearer ${masterKey}` } });
  const body = await answer.json();
  if (answer.status !== 200) throw new Error(`${query}: ${answer.status} ${JSON.stringify(body)}`);
  return { tookMs: performance.now() - began, shown: (body.keys ?? body.aliases).length };
}

async function measure(query) {
  await ask(query);
  const times = [];
  let shown = 0;
  for (let round = 0; round < rounds; round += 1) {
    const answer = await ask(query);
    times.push(answer.tookMs);
    shown = answer.shown;
  }
  times.sort((left, right) => left - right);
  const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))].toFixed(1);
  return [`\`${query}\``, shown, at(0.5), at(0.95), at(1)];
}
