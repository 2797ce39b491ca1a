/** Measures the spend log's pages and daily activity over HTTP, against the built product on a PostgreSQL full of rows. */
// scripts/with-postgres.sh scripts/with-node node bench/reports/reports.mjs [ROWS] [--rounds 15] [--database URL of one that is filled already]
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startGateway } from '../database/gateway.mjs';
import { keepTable, measure } from '../database/measuring.mjs';
import { connected, makeDatabase, migrateDatabase, sizes } from '../database/postgres.mjs';
import { fillReports } from './fill.mjs';

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '15' }, database: { type: 'string' } },
});
const rows = Number(positionals[0] ?? 10_000_000);
const rounds = Number(given.rounds);
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
  'logs, status, month': `/spend/logs/v2?status_filter=failure&${month}`,
  'logs, customer, month': `/spend/logs/v2?end_user=customer-3&${month}`,
  'logs, customer': '/spend/logs/v2?end_user=customer-3',
  'logs, min_spend, month': `/spend/logs/v2?min_spend=0.0499&${month}`,
  'logs, session': '/spend/logs/v2?session_id=session-7',
  'logs, no such error code': '/spend/logs/v2?error_code=none',
  'logs, no such model, oldest first': '/spend/logs/v2?model=none&sort_order=asc',
  'requests of a session': '/spend/logs/session/ui?session_id=session-7',
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
  'activity, page 400 of 1,000 sums': `/user/daily/activity?${month}&page=400&page_size=1000`,
  'activity, year, model': `/user/daily/activity?${year}&model=model-7`,
};

const database = given.database ? { url: given.database, drop: () => undefined } : await makeDatabase('reports');
let gateway;
try {
  await migrateDatabase(database.url);
  const client = await connected(database.url);
  if (!given.database) await fillReports(client, rows, log);
  const tables = await sizes(client, ['spend_logs', 'daily_spend']);
  await client.end();
  gateway = await startGateway(database.url);
  const measured = [];
  const rowsOf = ({ data, results }) =>
    data?.length ?? results.reduce((sum, { breakdown }) => sum + Object.keys(breakdown.api_keys).length, 0);
  for (const [name, query] of Object.entries(queries)) {
    measured.push(await measure(gateway, name, query, { rounds, rowsOf }));
    log(`${name}: ${measured.at(-1).medianMs.toFixed(0)} ms`);
  }
  keepTable(
    'reports',
    'Spend reports over many rows',
    [
      `\`make bench-reports\`: ${rows.toLocaleString('en')} rows in each table (${tables}), ${rounds} times each, over HTTP on PostgreSQL.`,
      'Rows of the log, or keys in a page of daily activity.',
    ],
    measured,
  );
} finally {
  await gateway?.stop();
  await database.drop();
}
