/** Makes LiteLLM's tables in an empty PostgreSQL database, from the schema that its own package brings. */
import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestDatabase } from '../support/databases.js';

const projectRoot = resolve(__dirname, '../../..');

/** Without what only LiteLLM's own client generator reads. */
function litellmSchema(): string {
  const [file] = globSync(join(projectRoot, '.venv/lib/python3*/site-packages/litellm/proxy/schema.prisma'));
  if (file === undefined) throw new Error('LiteLLM is not installed in .venv. Run scripts/python-venv.sh.');
  return readFileSync(file, 'utf8')
    .replace(/generator client \{[^}]*\}/, '')
    .replace(/^\s*url\s*=.*$/m, '');
}

export async function makeLiteLLMTables(database: Pick<TestDatabase, 'url' | 'sql'>): Promise<void> {
  await database.sql(await createScript(database.url));
}

/** Prisma's schema engine writes the SQL. */
async function createScript(url: string): Promise<string> {
  const content = litellmSchema();
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-litellm-'));
  const path = join(folder, 'schema.prisma');
  writeFileSync(path, content);
  const child = spawn(process.execPath, [join(projectRoot, 'scripts/schema-engine.mjs'), '--datamodels', path], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const to = { tag: 'schemaDatamodel', files: [{ path, content }] };
  const filters = { externalTables: [], externalEnums: [] };
  const params = { from: { tag: 'empty' }, to, script: true, shadowDatabaseUrl: null, exitCode: null, filters };
  child.stdin.end(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'diff', params })}\n`);
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  rmSync(folder, { recursive: true });
  const messages = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { method?: string; params?: { content: string }; error?: unknown });
  const script = messages.find(({ method }) => method === 'print')?.params?.content;
  if (script === undefined) throw new Error(`The schema engine wrote no SQL: ${output}`);
  return script;
}

/** Inserts rows as LiteLLM would: objects are JSON, arrays of texts are arrays. */
export async function insertRows(
  database: Pick<TestDatabase, 'sql'>,
  table: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  // Rows with the same columns go in one statement: each costs a connection.
  const alike = Map.groupBy(rows, (row) => Object.keys(row).join());
  for (const group of alike.values()) {
    const names = Object.keys(group[0] ?? {});
    const places = group.map(
      (_, at) => `(${names.map((_name, index) => `$${at * names.length + index + 1}`).join(', ')})`,
    );
    await database.sql(
      `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')}) VALUES ${places.join(', ')}`,
      group.flatMap((row) => Object.values(row)),
    );
  }
}
