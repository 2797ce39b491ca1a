/** The built product as one process on a bench's database. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const readyWithinMs = 60_000;
const answerWithinMs = 60_000;

/** @returns what asks it as the master key, and what stops it */
export async function startGateway(databaseUrl) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-bench-'));
  const masterKey = `sk-${randomBytes(24).toString('hex')}`;
  const file = path.join(folder, 'config.yaml');
  const config = {
    model_list: [{ model_name: 'demo', litellm_params: { model: 'demo/hello' } }],
    general_settings: { master_key: masterKey, database_url: databaseUrl, journal_dir: `${folder}/journal` },
  };
  writeFileSync(file, JSON.stringify(config));
  const port = await freePort();
  const args = [path.join(root, 'dist/main.js'), '--config', file, '--port', String(port), '--host', '127.0.0.1'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: folder });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const origin = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const deadlineMs = performance.now() + readyWithinMs;
  while (!(await fetch(`${origin}/health/readiness`).catch(() => undefined))?.ok) {
    if (child.exitCode !== null || performance.now() > deadlineMs) {
      await stop();
      throw new Error('The gateway did not become ready.');
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { ask: (query) => ask(origin + query, masterKey), stop };
}

async function ask(url, masterKey) {
  const startedMs = performance.now();
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${masterKey}` },
    signal: AbortSignal.timeout(answerWithinMs),
  });
  const text = await response.text();
  const tookMs = performance.now() - startedMs;
  if (response.status !== 200) throw new Error(`${url}: ${response.status} ${text.slice(0, 300)}`);
  return { tookMs, body: JSON.parse(text) };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
