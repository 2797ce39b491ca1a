/** PostgreSQL databases of benches: made, migrated by the product, filled fast, dropped. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A new, empty database on the server that TEST_POSTGRES_URL names. */
export async function makeDatabase(purpose) {
  const server = process.env.TEST_POSTGRES_URL;
  if (!server) throw new Error('TEST_POSTGRES_URL is not set: run this by scripts/with-postgres.sh.');
  const name = `tollgate_${purpose}_${randomBytes(4).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = name;
  return { url: url.href, drop: () => onServer(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function onServer(url, text) {
  const client = await connected(url);
  await client.query(text).finally(() => client.end());
}

export async function connected(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

const chunk = 500_000;

/**
 * Runs a statement for the numbers from 1 to `rows`, in steps; $1 and $2 are a step's first and last one. The table's key and indexes are
 * taken away first and made at once in the end, as the migrations had made them: that is many times faster than row by row.
 */
export async function fillTable(client, table, statement, { rows, values = [], log }) {
  const startedMs = performance.now();
  const took = () => `${((performance.now() - startedMs) / 1_000).toFixed(0)} s`;
  const { rows: keys } = await client.query(
    `SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'p'`,
    [table],
  );
  for (const { conname } of keys) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT "${conname}"`);
  const { rows: indexes } = await client.query('SELECT indexname, indexdef FROM pg_indexes WHERE tablename = $1', [
    table,
  ]);
  for (const { indexname } of indexes) await client.query(`DROP INDEX "${indexname}"`);
  for (let from = 1; from <= rows; from += chunk) {
    const to = Math.min(from + chunk - 1, rows);
    await client.query(statement, [from, to, ...values]);
    log(`${table}: ${to} of ${rows} rows after ${took()}`);
  }
  await client.query(`SET maintenance_work_mem = '512MB'`);
  for (const { conname, definition } of keys) {
    await client.query(`ALTER TABLE ${table} ADD CONSTRAINT "${conname}" ${definition}`);
  }
  for (const { indexdef } of indexes) await client.query(indexdef);
  await client.query(`VACUUM ANALYZE ${table}`);
  log(`${table}: keys and indexes after ${took()}`);
}

/** What tables take of the disk, indexes included. */
export async function sizes(client, tables) {
  const { rows } = await client.query(
    `SELECT relname, pg_size_pretty(pg_total_relation_size(relid)) AS size FROM pg_stat_user_tables
     WHERE relname = ANY($1) ORDER BY relname`,
    [tables],
  );
  return rows.map(({ relname, size }) => `${relname} ${size}`).join(', ');
}

const built = (file) => import(new URL(`../../dist/database/${file}`, import.meta.url));

/** As the product does at its start. */
export async function migrateDatabase(url) {
  const [{ migrate }, { parseDatabaseUrl }, { systemRuntime }] = await Promise.all(
    ['migrator.js', 'database-target.js', 'database-options.js'].map(built),
  );
  await migrate(parseDatabaseUrl(url), { ...systemRuntime, connectTimeoutMs: 5_000 });
}

/** The product's Prisma client. */
export async function prismaOf(url) {
  const [{ createPrismaClient }, { parseDatabaseUrl }, { systemRuntime }] = await Promise.all(
    ['database-client.js', 'database-target.js', 'database-options.js'].map(built),
  );
  return createPrismaClient(parseDatabaseUrl(url), {}, systemRuntime);
}
