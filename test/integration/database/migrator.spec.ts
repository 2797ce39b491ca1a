/** The migrator on both databases: from empty, again, from many processes, and when the books and the files disagree. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdtemp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Logger } from '@nestjs/common';
import { systemRuntime } from '../../../src/database/database-options.js';
import { parseDatabaseUrl } from '../../../src/database/database-target.js';
import { migrate, MigrationError, readMigrations } from '../../../src/database/migrator.js';
import { buildDatabase, projectRoot, type BuiltDatabase } from '../support/built-database.js';
import { describeOnBothDatabases, describeOnDatabase, openDatabase, type TestDatabase } from '../support/databases.js';

const prismaFolder = join(projectRoot, 'prisma');
const migrateUrl = (url: string, folder?: string) =>
  migrate(parseDatabaseUrl(url), {
    ...systemRuntime,
    connectTimeoutMs: 5_000,
    ...(folder === undefined ? {} : { folder }),
  });

beforeAll(() => Logger.overrideLogger(false));

describeOnBothDatabases('migrating', (database) => {
  let copy: string;
  let built: BuiltDatabase;
  const migrationsIn = (folder: string) => join(folder, database.dialect, 'migrations');
  const names = async () => (await readMigrations(migrationsIn(prismaFolder))).map(({ name }) => name);
  const recorded = (other: TestDatabase) =>
    other.sql('SELECT migration_name, finished_at FROM "_prisma_migrations" ORDER BY migration_name');
  const addMigration = async (name: string, sql: string) => {
    await mkdir(join(migrationsIn(copy), name), { recursive: true });
    await writeFile(join(migrationsIn(copy), name, 'migration.sql'), sql);
  };

  beforeAll(async () => {
    built = await buildDatabase();
  });
  afterAll(() => built.remove());
  beforeEach(async () => {
    copy = await mkdtemp(join(tmpdir(), 'tollgate-migrations-'));
    await cp(prismaFolder, copy, { recursive: true });
  });
  afterEach(() => rm(copy, { recursive: true, force: true }));

  it('applies every migration to an empty database, and nothing the second time', async () => {
    const other = await database.another();
    expect(await migrateUrl(other.url)).toEqual(await names());
    expect(await migrateUrl(other.url)).toEqual([]);
    expect((await recorded(other)).map((row) => row['migration_name'])).toEqual(await names());
  });

  it('applies each migration once when four processes of the built product start at the same time', async () => {
    const other = await database.another();
    const applied = await Promise.all([1, 2, 3, 4].map(() => built.run<string[]>('migrate.mjs', other.url)));
    expect(applied.flat().sort()).toEqual(await names());
    expect((await recorded(other)).map((row) => row['migration_name'])).toEqual(await names());
  });

  it('refuses a database whose applied migration was changed afterwards', async () => {
    const other = await database.another();
    await migrateUrl(other.url);
    const [first] = await names();
    await appendFile(join(migrationsIn(copy), String(first), 'migration.sql'), '\n-- one more word\n');
    await expect(migrateUrl(other.url, copy)).rejects.toThrow(MigrationError);
    await expect(migrateUrl(other.url, copy)).rejects.toThrow(/changed afterwards/);
    await expect(openDatabase(other.url))
      .resolves.toMatchObject({ status: 'ready' })
      .then(() => undefined);
  });

  it('undoes a migration that fails half-way, and applies it when it is repaired', async () => {
    const other = await database.another();
    await addMigration('29990101000000_half', 'CREATE TABLE half (id INTEGER);\nINSERT INTO nowhere VALUES (1);');
    await expect(migrateUrl(other.url, copy)).rejects.toThrow(/29990101000000_half failed and was undone: .*nowhere/);
    await expect(other.sql('SELECT * FROM half')).rejects.toThrow(/half/);
    expect((await recorded(other)).map((row) => row['migration_name'])).toEqual(await names());
    await addMigration('29990101000000_half', 'CREATE TABLE half (id INTEGER);');
    expect(await migrateUrl(other.url, copy)).toEqual(['29990101000000_half']);
    expect(await other.sql('SELECT * FROM half')).toEqual([]);
  });

  it('refuses a database on which a migration was begun and not finished', async () => {
    const other = await database.another();
    await migrateUrl(other.url);
    await other.sql('UPDATE "_prisma_migrations" SET finished_at = NULL');
    await expect(migrateUrl(other.url)).rejects.toThrow(/did not finish/);
  });

  it('leaves the migrations of a newer version alone', async () => {
    const other = await database.another();
    await addMigration('29990101000000_newer', 'CREATE TABLE newer (id INTEGER);');
    await migrateUrl(other.url, copy);
    expect(await migrateUrl(other.url)).toEqual([]);
  });

  it('keeps the books so that the Prisma CLI finds the database up to date', async () => {
    const other = await database.another();
    await migrateUrl(other.url);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(projectRoot, 'node_modules/.bin/prisma'), 'migrate', 'status'],
      {
        cwd: projectRoot,
        env: {
          ...process.env,
          DATABASE_URL: other.url,
          PRISMA_SCHEMA_ENGINE_BINARY: join(projectRoot, 'scripts/schema-engine.mjs'),
          CHECKPOINT_DISABLE: '1',
          PRISMA_HIDE_UPDATE_MESSAGE: '1',
        },
      },
    );
    expect(stdout).toContain('Database schema is up to date!');
  });

  /** A migration after the first brings `data.sql` beside its file: rows of the schema before it, one statement a line. */
  it('carries the data of the version before through each migration after the first', async () => {
    const migrations = await readMigrations(migrationsIn(prismaFolder));
    for (const [index, migration] of migrations.entries()) {
      if (index === 0) continue;
      const other = await database.another();
      const before = await mkdtemp(join(tmpdir(), 'tollgate-before-'));
      for (const { name } of migrations.slice(0, index)) {
        await cp(join(migrationsIn(prismaFolder), name), join(migrationsIn(before), name), { recursive: true });
      }
      await migrateUrl(other.url, before);
      await cp(join(migrationsIn(prismaFolder), migration.name), join(migrationsIn(before), migration.name), {
        recursive: true,
      });
      const data = join(migrationsIn(prismaFolder), migration.name, 'data.sql');
      expect({ data, exists: existsSync(data) }).toEqual({ data, exists: true });
      for (const statement of (await readFile(data, 'utf8')).split('\n').filter((line) => line.trim() !== ''))
        await other.sql(statement);
      expect(await migrateUrl(other.url, before)).toEqual([migration.name]);
      await rm(before, { recursive: true, force: true });
    }
    expect(migrations.length).toBeGreaterThan(0);
  });
});

describeOnDatabase('sqlite', 'a new database file', (database) => {
  it('is readable by its owner alone, with its folder, and writes ahead', async () => {
    const path = join(dirname(database.url.slice('file:'.length)), 'new', 'gateway.db');
    await migrateUrl(`file:${path}`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    const service = await openDatabase(`file:${path}`);
    await service.run((client) => client.feedHead.create({ data: { id: 1, sequence: 0n } }));
    expect((await stat(`${path}-wal`)).mode & 0o777).toBe(0o600);
    await service.onApplicationShutdown();
  });
});
