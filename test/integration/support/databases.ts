/** Databases for integration tests: an empty one of each kind, made before a group of tests and dropped after it. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import pg from 'pg';
import { systemRuntime, type DatabaseOptions, type DatabaseRuntime } from '../../../src/database/database-options.js';
import { DatabaseService } from '../../../src/database/database.service.js';

export type Dialect = 'sqlite' | 'postgres';

export interface TestDatabase {
  readonly dialect: Dialect;
  readonly url: string;
  /** Runs SQL of the test itself, past everything that is tested; `$1` and so on on both databases. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

/** What a group of tests is given: `url` and `sql` are there once its tests run. */
export interface DatabaseUnderTest extends Omit<TestDatabase, 'drop'> {
  /** One more, empty; dropped with the group. */
  another(): Promise<TestDatabase>;
}

const onlySqlite = process.env['TOLLGATE_TEST_DATABASES'] === 'sqlite';

/** Declares the same tests for SQLite and PostgreSQL. Without TEST_POSTGRES_URL the latter fail, unless TOLLGATE_TEST_DATABASES=sqlite asks for less. */
export function describeOnBothDatabases(name: string, body: (database: DatabaseUnderTest) => void): void {
  describeOnDatabase('sqlite', name, body);
  describeOnDatabase('postgres', name, body);
}

export function describeOnDatabase(dialect: Dialect, name: string, body: (database: DatabaseUnderTest) => void): void {
  if (dialect === 'postgres' && onlySqlite) return;
  describe(`${name} (${dialect})`, () => {
    const made: TestDatabase[] = [];
    const first = (): TestDatabase => {
      const database = made[0];
      if (database === undefined)
        throw new Error('The database is there once the tests run, not while they are declared.');
      return database;
    };
    const another = async (): Promise<TestDatabase> => {
      const database = await createDatabase(dialect);
      made.push(database);
      return database;
    };
    beforeAll(another);
    afterAll(async () => {
      await Promise.all(made.map((database) => database.drop()));
    });
    body({
      dialect,
      get url() {
        return first().url;
      },
      sql: (text, values) => first().sql(text, values),
      another: async () => another(),
    });
  });
}

export async function createDatabase(dialect: Dialect): Promise<TestDatabase> {
  return dialect === 'sqlite' ? createSqliteDatabase() : createPostgresDatabase();
}

function createSqliteDatabase(): TestDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-sqlite-'));
  const path = join(folder, 'test.db');
  return {
    dialect: 'sqlite',
    url: `file:${path}`,
    sql: async (text, values = []) => {
      const database = new Database(path, { timeout: 5_000 });
      try {
        const statement = database.prepare(text.replace(/\$(\d+)/g, '?$1'));
        if (statement.reader) return statement.all(...values) as Record<string, unknown>[];
        statement.run(...values);
        return [];
      } finally {
        database.close();
      }
    },
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function postgresServerUrl(): string {
  const url = process.env['TEST_POSTGRES_URL'];
  if (url === undefined || url === '') {
    throw new Error(
      'TEST_POSTGRES_URL is not set. Run the tests by scripts/with-postgres.sh, or set TOLLGATE_TEST_DATABASES=sqlite to test SQLite alone.',
    );
  }
  return url;
}

async function queryPostgres(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

async function createPostgresDatabase(): Promise<TestDatabase> {
  const server = postgresServerUrl();
  const name = `tollgate_test_${randomUUID().replaceAll('-', '')}`;
  await queryPostgres(server, `CREATE DATABASE ${name}`);
  const address = new URL(server);
  address.pathname = name;
  return {
    dialect: 'postgres',
    url: address.href,
    sql: (text, values) => queryPostgres(address.href, text, values),
    drop: async () => void (await queryPostgres(server, `DROP DATABASE ${name} WITH (FORCE)`)),
  };
}

/** A migrated and connected service; the caller closes it by `onApplicationShutdown`. */
export async function openDatabase(
  url: string,
  given: { options?: Partial<DatabaseOptions>; runtime?: Partial<DatabaseRuntime> } = {},
): Promise<DatabaseService> {
  const service = new DatabaseService({ url, ...given.options }, { ...systemRuntime, ...given.runtime });
  await service.onModuleInit();
  return service;
}

/** Waits for something that another party does, up to a limit; fails by name when it does not happen. */
export async function eventually(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
