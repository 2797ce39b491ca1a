#!/usr/bin/env node
// Stands in for Prisma's native schema engine, which is a download of its own: runs the official @prisma/schema-engine-wasm and speaks the CLI's JSON-RPC lines on stdio.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import readline from 'node:readline';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';

const argv = process.argv.slice(2);
const option = (name) => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : undefined);
const url = JSON.parse(option('--datasource') ?? '{}').url ?? process.env.DATABASE_URL;

const createMigrationsTable = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT,
  "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`;

/** Catalogue queries return "char" (oid 18) and its array (1002), which the adapter does not know: they read as bpchar. */
function patchPostgres(connection) {
  const driver = connection.underlyingDriver();
  const query = driver.query.bind(driver);
  const readableOid = { 18: 1042, 1002: 1014 };
  driver.query = async (...args) => {
    const result = await query(...args);
    for (const field of result.fields ?? []) field.dataTypeID = readableOid[field.dataTypeID] ?? field.dataTypeID;
    return result;
  };
  return connection;
}

/** The engine expects a new file to have a migrations table, and hands whole migration files to executeRaw. */
function patchSqlite(connection) {
  const queryRaw = connection.queryRaw.bind(connection);
  const executeRaw = connection.executeRaw.bind(connection);
  connection.queryRaw = async (query) => {
    try {
      return await queryRaw(query);
    } catch (error) {
      if (error.cause?.kind !== 'TableDoesNotExist' || !/_prisma_migrations/.test(error.cause.table)) throw error;
      await connection.executeScript(createMigrationsTable);
      return queryRaw(query);
    }
  };
  connection.executeRaw = async (query) => {
    if (query.args.length > 0) return executeRaw(query);
    await connection.executeScript(query.sql);
    return 0;
  };
  return connection;
}

function patched(factory, patch) {
  for (const method of ['connect', 'connectToShadowDb']) {
    const original = factory[method].bind(factory);
    factory[method] = async () => patch(await original());
  }
  return factory;
}

function postgresFactory() {
  const parsed = new URL(url);
  const config = {
    host: parsed.searchParams.get('host') ?? parsed.hostname,
    port: Number(parsed.port || 5432),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)),
  };
  const factory = new PrismaPg(config);
  // The adapter's own shadow database is dropped before its pool has let go of it.
  factory.connectToShadowDb = async () => {
    const database = `prisma_migrate_shadow_db_${randomUUID()}`;
    const main = await factory.connect();
    await main.executeScript(`CREATE DATABASE "${database}"`);
    const shadow = await new PrismaPg({ ...config, database }).connect();
    const dispose = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await dispose();
      await main.executeScript(`DROP DATABASE "${database}" WITH (FORCE)`);
      await main.dispose();
    };
    return shadow;
  };
  return patched(factory, patchPostgres);
}

function createFactory() {
  if (/^postgres(ql)?:/.test(url)) return postgresFactory();
  return patched(new PrismaBetterSqlite3({ url }, { shadowDatabaseUrl: ':memory:' }), patchSqlite);
}

/** The sub-command `cli can-connect-to-database` and its kin: exit code 0 or 1. */
async function probe() {
  try {
    const connection = await createFactory().connect();
    await connection.executeScript('SELECT 1');
    await connection.dispose();
    return 0;
  } catch (error) {
    const fields = { message: error.message, error_code: 'P1001' };
    console.error(JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields }));
    return 1;
  }
}

async function loadEngine() {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
  const folder = entry.replace(/schema_engine\.js$/, '');
  const glue = await import(`${folder}schema_engine_bg.js`);
  const { instance } = await WebAssembly.instantiate(readFileSync(`${folder}schema_engine_bg.wasm`), {
    './schema_engine_bg.js': glue,
  });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const datamodels = option('--datamodels')
    ?.split(',')
    .map((path) => [path, readFileSync(path, 'utf8')]);
  const factory = bindMigrationAwareSqlAdapterFactory(createFactory());
  return { factory, engine: await glue.SchemaEngine.new({ datamodels }, () => {}, factory) };
}

async function serve() {
  const { factory, engine } = await loadEngine();
  const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

  async function call(method, params) {
    if (method === 'getDatabaseVersion') return engine.version(params);
    const result = await engine[method](params);
    if (method !== 'diff') return result;
    if (result.stdout) send({ id: 0, method: 'print', params: { content: result.stdout } });
    return { exitCode: result.exitCode };
  }

  async function answer(line) {
    const { id, method, params } = JSON.parse(line);
    try {
      send({ id, result: (await call(method, params)) ?? null });
    } catch (error) {
      const registered = /External error id#(\d+)/.exec(error.message)?.[1];
      const cause =
        registered === undefined ? undefined : factory.errorRegistry.consumeError(Number(registered))?.error;
      const data = {
        is_panic: false,
        message: cause?.message ?? error.message,
        meta: error.meta ?? null,
        error_code: error.code ?? null,
      };
      send({ id, error: { code: 4466, message: 'see data', data } });
    }
  }

  let last = Promise.resolve();
  readline
    .createInterface({ input: process.stdin })
    .on('line', (line) => (last = last.then(() => answer(line))))
    .on('close', () => last.then(() => process.exit(0)));
}

if (argv.includes('--version')) console.log('schema-engine-wasm');
else if (argv.includes('cli')) process.exit(await probe());
else await serve();
