/** Measures the spend log's pages and daily activity over HTTP, against the built product on a PostgreSQL full of rows. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { fill, sizes } from './fill.mjs';

const rows = Number(process.argv[2] ?? 10_000_000);
const repeats = 15;
const masterKey = `sk-${randomBytes(24).toString('hex')}`;
const root = path.resolve(import.meta.dirname, '../..');
const log = (line) => process.stderr.write(`${line}\n`);
const md5 = (text) => createHash('md5').update(text).digest('hex');
const dayMs = 86_400_000;
const day = (ago) => new Date(Date.now() - ago * dayMs).toISOString().slice(0, 10);
const key = `${md5('key4711')}${md5('4711')}`;
const month = `start_date=${day(30)}&end_date=${day(0)}`;
const year = `start_date=${day(364)}&end_date=${day(0)}`;

const queries = {
  'logs, newest': '/spend/logs/v2?page_size=50',
  'logs, one day': `/spend/logs/v2?start_date=${day(100)}&end_date=${day(100)}`,
  'logs, page 200': '/spend/logs/v2?page=200&page_size=50',
  'logs, page 1000': '/spend/logs/v2?page=1000&page_size=50',
  'logs of a key': `/spend/logs/v2?api_key=${key}`,
  'logs of a user, month': `/spend/logs/v2?user_id=user-11&${month}`,
  'logs of a team, page 100': '/spend/logs/v2?team_id=team-7&page=100',
  'logs, request id': '/spend/logs/v2?request_id=bench-00000000abcd',
  'logs, failures': '/spend/logs/v2?status_filter=failure',
  'logs, model, month': `/spend/logs/v2?model=model-3&${month}`,
  'logs, model group': '/spend/logs/v2?model_group=group-3',
  'logs, deployment': '/spend/logs/v2?model_id=deployment-3',
  'logs, customer, month': `/spend/logs/v2?end_user=customer-3&${month}`,
  'logs, customer': '/spend/logs/v2?end_user=customer-3',
  'logs, min_spend, month': `/spend/logs/v2?min_spend=0.0499&${month}`,
  'logs, session, day': `/spend/logs/v2?session_id=session-7&start_date=${day(3)}&end_date=${day(3)}`,
  'logs, error code, month': `/spend/logs/v2?error_code=upstream_timeout&${month}`,
  'logs, key alias, week': `/spend/logs/v2?key_alias=alias-7&start_date=${day(7)}&end_date=${day(0)}`,
  'logs of a key, by spend': `/spend/logs/v2?api_key=${key}&sort_by=spend`,
  'user activity, month': `/user/daily/activity?${month}`,
  'user activity, one user, year': `/user/daily/activity?user_id=user-11&${year}`,
  'team activity, year': `/team/daily/activity?team_ids=team-7&${year}&page_size=1000`,
  'organization activity, year': `/organization/daily/activity?organization_ids=organization-3&${year}`,
  'tag activity, month': `/tag/daily/activity?tags=tag-1&${month}`,
  'customer activity, year': `/customer/daily/activity?end_user_ids=customer-8&${year}`,
  'activity of a key, year': `/user/daily/activity?api_key=${key}&${year}`,
  'activity, page 100': `/user/daily/activity?${month}&page=100`,
};

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function makeDatabase() {
  const server = process.env.TEST_POSTGRES_URL;
  if (!server) throw new Error('Run it by scripts/with-postgres.sh, or set TEST_POSTGRES_URL.');
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  const name = `tollgate_reports_${randomBytes(4).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = name;
  const drop = async () => {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  };
  return { url: url.href, drop };
}

async function startGateway(databaseUrl, folder) {
  const port = await freePort();
  const config = {
    model_list: [{ model_name: 'demo', litellm_params: { model: 'demo/hello' } }],
    general_settings: { master_key: masterKey, database_url: databaseUrl, journal_dir: `${folder}/journal` },
  };
  const file = path.join(folder, 'config.yaml');
  writeFileSync(file, JSON.stringify(config));
  const args = [path.join(root, 'dist/main.js'), '--config', file, '--port', String(port), '--host', '127.0.0.1'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: folder });
  const origin = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries += 1) {
    const ready = await fetch(`${origin}/health/readiness`).catch(() => undefined);
    if (ready?.ok) return { origin, child };
    if (tries > 300) throw new Error('The gateway did not start.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function measure(origin, query) {
  const times = [];
  for (let i = 0; i < repeats; i += 1) {
    const startedMs = performance.now();
    const response = await fetch(origin + query, { headers: { authorization: `Bearer ${masterKey}` } });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${query}: ${response.status} ${text.slice(0, 300)}`);
    times.push(performance.now() - startedMs);
  }
  const [first] = times;
  times.sort((a, b) => a - b);
  return { first, median: times[Math.floor(repeats / 2)], slowest: times.at(-1) };
}

const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-reports-'));
const database = await makeDatabase();
let gateway;
try {
  gateway = await startGateway(database.url, folder);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  log(`Filled in ${(await fill(client, rows, log)).toFixed(0)} s`);
  const table = await sizes(client);
  await client.end();
  console.log(`${rows} rows in each table: ${table.map(({ relname, size }) => `${relname} ${size}`).join(', ')}\n`);
  console.log('| query | first, ms | median, ms | slowest, ms |');
  console.log('|---|---|---|---|');
  for (const [name, query] of Object.entries(queries)) {
    const { first, median, slowest } = await measure(gateway.origin, query);
    console.log(`| ${name} | ${first.toFixed(0)} | ${median.toFixed(0)} | ${slowest.toFixed(0)} |`);
  }
} finally {
  gateway?.child.kill('SIGTERM');
  if (gateway) await new Promise((resolve) => gateway.child.once('exit', resolve));
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
}
