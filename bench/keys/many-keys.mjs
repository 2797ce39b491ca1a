// What a million keys in the database change: start to the first answer, and memory after keys have been used. Prints a table of medians
// and ratios. SQLite always, PostgreSQL where TEST_POSTGRES_URL is set (scripts/with-postgres.sh). SQL fills the tables, nothing else.
// scripts/with-node node bench/keys/many-keys.mjs [--keys 1000000] [--rounds 5]
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import pg from 'pg';

const { values } = parseArgs({
  options: { keys: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' } },
});
const many = Number(values.keys);
const rounds = Number(values.rounds);
/** How many different keys are used before memory is read. */
const used = 200;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-many-keys-'));
const masterKey = `sk-${randomBytes(32).toString('base64url')}`;
const clearKey = (index) => `sk-bench-key-number-${String(index).padStart(12, '0')}`;
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

class Gateway {
  static async start(databaseUrl) {
    const journal = mkdtempSync(path.join(folder, 'journal-'));
    const config = path.join(journal, 'config.yaml');
    const settings = {
      model_list: [
        { model_name: 'mock', litellm_params: { model: 'openai/mock', api_key: 'none', mock_response: 'hello' } },
      ],
      general_settings: { master_key: masterKey, database_url: databaseUrl, journal_dir: `${journal}/journal` },
    };
    writeFileSync(config, JSON.stringify(settings));
    const startedAt = performance.now();
    const child = spawn(
      process.execPath,
      [path.join(root, 'dist/main.js'), '--config', config, '--port', '0', '--host', '127.0.0.1'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part) => (text += part));
    const gateway = new Gateway();
    gateway.child = child;
    while (!(gateway.url = /listens on (http:\/\/\S+) with/.exec(text)?.[1])) {
      if (child.exitCode !== null) throw new Error(`The gateway ended:\n${text}`);
      await pause(2);
    }
    await gateway.ask(0);
    gateway.readyMs = performance.now() - startedAt;
    return gateway;
  }

  async ask(index) {
    const answer = await fetch(`${this.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${clearKey(index)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'mock', messages: [{ role: 'user', content: 'hi' }] }),
    });
    if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
    await answer.arrayBuffer();
  }

  memoryMb() {
    const rollup = readFileSync(`/proc/${this.child.pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)[1]) / 1024;
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}

const columns = ['token', 'key_name', 'models', 'metadata', 'created_by', 'created_at', 'updated_at', 'updated_by'];
function rowOf(index, now) {
  const token = createHash('sha256').update(clearKey(index)).digest('hex');
  return [token, `sk-...${String(index).slice(-4).padStart(4, '0')}`, '[]', '{}', 'bench', now, now, 'bench'];
}

function fillSqlite(file, count) {
  const database = new Database(file);
  const statement = database.prepare(
    `INSERT INTO virtual_keys (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  const now = new Date().toISOString().replace('Z', '+00:00');
  database.transaction(() => {
    for (let index = 0; index < count; index += 1) statement.run(...rowOf(index, now));
  })();
  database.close();
}

async function fillPostgres(url, count) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const now = new Date().toISOString();
  for (let from = 0; from < count; from += 5_000) {
    const rows = Array.from({ length: Math.min(5_000, count - from) }, (_, place) => rowOf(from + place, now));
    const byColumn = columns.map((_, place) => rows.map((row) => row[place]));
    await client.query(
      `INSERT INTO virtual_keys (${columns.join(', ')})
       SELECT token, name, models::jsonb, metadata::jsonb, by, at::timestamptz, changed::timestamptz, changer
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
         AS t(token, name, models, metadata, by, at, changed, changer)`,
      byColumn,
    );
  }
  await client.query('ANALYZE virtual_keys');
  await client.end();
}

async function onServer(server, text) {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(text);
  await client.end();
}

/** A migrated database with so many keys. */
async function databaseWith(dialect, count) {
  const name = `many_keys_${process.pid}_${count}`;
  let url = `file:${folder}/${name}.db`;
  if (dialect === 'postgres') {
    const server = process.env.TEST_POSTGRES_URL;
    await onServer(server, `CREATE DATABASE ${name}`);
    const address = new URL(server);
    address.pathname = name;
    url = address.href;
  }
  const { migrate } = await import(path.join(root, 'dist/database/migrator.js'));
  const { parseDatabaseUrl } = await import(path.join(root, 'dist/database/database-target.js'));
  const { systemRuntime } = await import(path.join(root, 'dist/database/database-options.js'));
  await migrate(parseDatabaseUrl(url), { ...systemRuntime, connectTimeoutMs: 5_000 });
  if (dialect === 'sqlite') fillSqlite(url.slice('file:'.length), count);
  else await fillPostgres(url, count);
  return {
    url,
    drop: () =>
      dialect === 'postgres'
        ? onServer(process.env.TEST_POSTGRES_URL, `DROP DATABASE ${name} WITH (FORCE)`)
        : undefined,
  };
}

const lines = [];
const say = (line) => {
  console.log(line);
  lines.push(line);
};
say('| database | keys | start to the first answer, ms | memory after use, MB |');
say('| --- | ---: | ---: | ---: |');
try {
  for (const dialect of ['sqlite', ...(process.env.TEST_POSTGRES_URL ? ['postgres'] : [])]) {
    const sizes = [used, many];
    const databases = [];
    for (const size of sizes) databases.push(await databaseWith(dialect, size));
    const figures = sizes.map(() => ({ readyMs: [], memoryMb: [] }));
    for (let round = 0; round < rounds; round += 1) {
      for (const [place, { url }] of databases.entries()) {
        const gateway = await Gateway.start(url);
        for (let index = 0; index < used; index += 1) await gateway.ask(index);
        figures[place].readyMs.push(gateway.readyMs);
        figures[place].memoryMb.push(gateway.memoryMb());
        await gateway.stop();
      }
    }
    const medians = figures.map(({ readyMs, memoryMb }) => ({ readyMs: median(readyMs), memoryMb: median(memoryMb) }));
    medians.forEach(({ readyMs, memoryMb }, place) =>
      say(`| ${dialect} | ${sizes[place].toLocaleString('en')} | ${readyMs.toFixed(0)} | ${memoryMb.toFixed(1)} |`),
    );
    const [few, lots] = medians;
    say(
      `| ${dialect} | ratio | ${(lots.readyMs / few.readyMs).toFixed(3)} | ${(lots.memoryMb / few.memoryMb).toFixed(3)} |`,
    );
    for (const { drop } of databases) await drop();
  }
  const head = `# Many keys in the database\n\n\`make bench-keys\`: medians of ${rounds} starts each, by turns; memory after ${used} keys were used.\n`;
  writeFileSync(path.join(root, 'bench/results/many-keys-latest.md'), `${head}\n${lines.join('\n')}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
