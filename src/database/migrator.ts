/**
 * Applies the migrations under prisma/ at start-up, keeping the books (`_prisma_migrations`) as Prisma's CLI does, which is not there in production.
 * The one place that runs SQL: migrations are SQL files.
 */
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import pg from 'pg';
import { classifyFailure } from './database-errors.js';
import type { DatabaseRuntime } from './database-options.js';
import type { DatabaseTarget } from './database-target.js';
import { retryContention } from './retry.js';

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file in hex. */
  readonly checksum: string;
}

export interface MigrateOptions extends DatabaseRuntime {
  readonly connectTimeoutMs: number;
  /** The folder that holds `<dialect>/migrations`; this package's own `prisma` where absent. */
  readonly folder?: string;
}

/** The migrations and the database disagree, or a migration's SQL failed: an operator has to look. Nothing of that migration was applied. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

interface AppliedRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: unknown;
  readonly rolled_back_at: unknown;
}

/** As deep below the package's root in `src` as in `dist`. */
const packagedFolder = fileURLToPath(new URL('../../prisma', import.meta.url));

/** The lock that Prisma's CLI takes: `migrate deploy` and a starting gateway then wait for each other. */
const advisoryLock = 72_707_369;
const lockTimeoutMs = 30_000;
const patience = { attempts: 20, firstDelayMs: 10, maxDelayMs: 500 };

const createTable = {
  sqlite: `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT,
    "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`,
  postgres: `CREATE TABLE "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ, "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ, "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`,
};
const selectRows = 'SELECT migration_name, checksum, finished_at, rolled_back_at FROM "_prisma_migrations"';
const insertRow =
  'INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES ';

/** In the order in which they apply: by name, which begins with the second in which each was made. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Applies what is missing, each migration in one transaction with its row in the books, and returns the names applied. Any number of processes
 * may call it at once. Migrations that only the database knows are a newer version's, and left alone. Throws MigrationError, or the driver's own
 * error when the database is away or busy.
 */
export async function migrate(target: DatabaseTarget, options: MigrateOptions): Promise<string[]> {
  const folder = join(options.folder ?? packagedFolder, target.dialect, 'migrations');
  const migrations = await readMigrations(folder).catch((cause: unknown) => {
    throw new MigrationError(`The migrations in ${folder} cannot be read: the installation is incomplete.`, { cause });
  });
  if (target.dialect === 'postgres') return migratePostgres(target, migrations, options);
  return retryContention({ ...patience, ...options }, async () => migrateSqlite(target.path, migrations, options));
}

/** The first migration that is not applied; throws where the books contradict the files. */
function nextPending(migrations: readonly Migration[], rows: readonly AppliedRow[]): Migration | undefined {
  const recorded = new Map(rows.filter((row) => row.rolled_back_at === null).map((row) => [row.migration_name, row]));
  for (const migration of migrations) {
    const row = recorded.get(migration.name);
    if (row === undefined) return migration;
    if (row.finished_at === null) {
      throw new MigrationError(
        `The migration ${migration.name} was begun on this database and did not finish. Repair the database, then mark it by \`prisma migrate resolve\`.`,
      );
    }
    if (row.checksum !== migration.checksum) {
      throw new MigrationError(
        `The migration ${migration.name} is not the one that was applied to this database: its file was changed afterwards. Restore the file; make further changes in a new migration.`,
      );
    }
  }
  return undefined;
}

function failed(migration: Migration, error: unknown): unknown {
  if (error instanceof MigrationError || classifyFailure(error) !== 'other') return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new MigrationError(`The migration ${migration.name} failed and was undone: ${reason}`, { cause: error });
}

async function migratePostgres(
  target: DatabaseTarget & { dialect: 'postgres' },
  migrations: readonly Migration[],
  options: MigrateOptions,
): Promise<string[]> {
  const client = new pg.Client({
    connectionString: target.url,
    connectionTimeoutMillis: options.connectTimeoutMs,
    keepAlive: true,
    application_name: 'tollgate-migrator',
  });
  // A connection that breaks also fails the query under way, which is where it is handled.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const applied: string[] = [];
    for (;;) {
      const name = await postgresStep(client, target.schema, migrations, options);
      if (name === undefined) return applied;
      applied.push(name);
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** One transaction: takes the lock, reads the books, applies one migration. It ends, undone, with the connection if anything throws. */
async function postgresStep(
  client: pg.Client,
  schema: string | undefined,
  migrations: readonly Migration[],
  options: MigrateOptions,
): Promise<string | undefined> {
  await client.query('BEGIN');
  await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
  if (schema !== undefined) await client.query(`SET LOCAL search_path = ${client.escapeIdentifier(schema)}`);
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock]);
  // Asked first, since CREATE TABLE IF NOT EXISTS needs the right to create even where the table is there.
  const { rows: tables } = await client.query<{ oid: string | null }>(
    `SELECT to_regclass('"_prisma_migrations"')::text AS oid`,
  );
  if (tables[0]?.oid == null) await client.query(createTable.postgres);
  const { rows } = await client.query<AppliedRow>(selectRows);
  const migration = nextPending(migrations, rows);
  if (migration !== undefined) {
    const startedAt = new Date(options.clock.now());
    try {
      await client.query(migration.sql);
    } catch (error) {
      throw failed(migration, error);
    }
    await client.query(`${insertRow} ($1, $2, $3, $4, $5, 1)`, [
      randomUUID(),
      migration.checksum,
      migration.name,
      startedAt,
      new Date(options.clock.now()),
    ]);
  }
  await client.query('COMMIT');
  return migration?.name;
}

function migrateSqlite(path: string, migrations: readonly Migration[], options: MigrateOptions): string[] {
  makePrivateFile(path);
  const database = new Database(path, { timeout: 5_000 });
  try {
    // Kept in the file: readers and the one writer do not wait for each other. In this mode the driver's default for `synchronous` is NORMAL.
    database.pragma('journal_mode = WAL');
    // Inside a transaction this has no effect, and redefining a table would then cascade deletes.
    database.pragma('foreign_keys = OFF');
    const applied: string[] = [];
    for (;;) {
      const name = sqliteStep(database, migrations, options);
      if (name === undefined) return applied;
      applied.push(name);
    }
  } finally {
    database.close();
  }
}

function sqliteStep(
  database: Database.Database,
  migrations: readonly Migration[],
  options: MigrateOptions,
): string | undefined {
  const step = database.transaction(() => {
    database.exec(createTable.sqlite);
    const migration = nextPending(migrations, database.prepare<[], AppliedRow>(selectRows).all());
    if (migration === undefined) return undefined;
    const startedAt = options.clock.now();
    try {
      database.exec(migration.sql);
      if ((database.pragma('foreign_key_check') as unknown[]).length > 0)
        throw new Error('it leaves rows that point to nothing');
    } catch (error) {
      throw failed(migration, error);
    }
    const values = [randomUUID(), migration.checksum, migration.name, startedAt, options.clock.now()];
    database.prepare(`${insertRow} (?, ?, ?, ?, ?, 1)`).run(...values);
    return migration.name;
  });
  return step.immediate();
}

/** Keys' metadata and spend are nobody else's business; SQLite gives its side files the mode of the main one. */
function makePrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}
