/** Measures /key/list and /key/aliases over HTTP, against the built product on a PostgreSQL full of keys. */
// scripts/with-postgres.sh scripts/with-node node bench/keys/key-list.mjs [ROWS] [--rounds 15] [--database URL of one that is filled already]
import { parseArgs } from 'node:util';
import { startGateway } from '../database/gateway.mjs';
import { keepTable, measure } from '../database/measuring.mjs';
import { connected, makeDatabase, migrateDatabase, sizes } from '../database/postgres.mjs';
import { fillKeys } from './fill.mjs';

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '15' }, database: { type: 'string' } },
});
const rows = Number(positionals[0] ?? 10_000_000);
const rounds = Number(given.rounds);
const log = (line) => process.stderr.write(`${line}\n`);

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
  '/key/list?status=expired&sort_order=asc',
  '/key/list?project_id=none',
  '/key/list?search=key-77',
  '/key/list?search=nothing-like-it',
  `/key/list?search=${'f'.repeat(64)}`,
  '/key/list?search=key-9999999',
  '/key/list?team_id=busy-team&search=key-77',
  '/key/list?user_id=busy&substring_matching=true',
  '/key/list?user_id=nobody&substring_matching=true',
  '/key/list?user_id=user-77777&sort_by=spend',
  '/key/list?sort_by=key_alias&sort_order=asc',
  '/key/list?sort_by=key_alias',
  '/key/list?sort_by=updated_at',
  '/key/list?sort_by=updated_at&team_id=team-777',
  '/key/list?sort_by=expires&sort_order=asc',
  '/key/list?sort_by=expires',
  '/key/list?page=10000&size=100',
  '/key/aliases',
  '/key/aliases?team_id=team-777',
  '/key/aliases?team_id=busy-team',
  '/key/aliases?search=key-77',
  '/key/aliases?search=nothing-like-it',
];

const database = given.database ? { url: given.database, drop: () => undefined } : await makeDatabase('keys');
let gateway;
try {
  await migrateDatabase(database.url);
  const client = await connected(database.url);
  if (!given.database) await fillKeys(client, rows, log);
  const tables = await sizes(client, ['virtual_keys']);
  await client.end();
  gateway = await startGateway(database.url);
  const rowsOf = ({ keys, aliases }) => (keys ?? aliases).length;
  const measured = [];
  const add = async (query) => {
    measured.push(await measure(gateway, `\`${query}\``, query, { rounds, rowsOf }));
    log(`${query}: ${measured.at(-1).medianMs.toFixed(0)} ms`);
  };
  for (const query of queries) await add(query);
  // Whoever walks the pages gets far behind without walking over all that lies before.
  for (let page = 11; page < 400; page += 1) await gateway.ask(`/key/list?page=${page}&size=100`);
  await add('/key/list?page=400&size=100');
  keepTable(
    'key-list',
    'Lists of keys over many keys',
    [
      `\`make bench-key-list\`: ${rows.toLocaleString('en')} keys (${tables}), ${rounds} times each, over HTTP on PostgreSQL.`,
    ],
    measured,
  );
} finally {
  await gateway?.stop();
  await database.drop();
}
