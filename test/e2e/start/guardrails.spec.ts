/** The command as it is built: guardrails that are configured wrongly stop the start, `--check` finds them, and the operator's own are loaded from ES modules. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { masterKey } from '../support/gateway.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'tollgate-guardrails-'))));
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly status: number | null;
  readonly output: string;
}

const check = (name: string): Outcome => run(name, ['--check']);

function run(name: string, flags: readonly string[]): Outcome {
  const config = path.join(folder, 'config.yaml');
  writeFileSync(
    path.join(folder, 'own.mjs'),
    "export class NoNames { constructor({ names }) { if (!names) throw new Error('names are needed'); } check() { return { action: 'pass' }; } }\n",
  );
  const params = { guardrail: 'custom', mode: 'pre_call', module_file: `./own.mjs#${name}`, parameters: { names: [] } };
  const general_settings = {
    master_key: masterKey,
    database_url: `file:${folder}/g.db`,
    journal_dir: `${folder}/journal`,
  };
  const guardrails = [{ guardrail_name: 'own', litellm_params: params }];
  writeFileSync(config, JSON.stringify({ guardrails, general_settings }));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/main.js', ...flags, '--config', config], {
    encoding: 'utf8',
    timeout: 30_000,
    env: { PATH: process.env['PATH'] },
  });
  return { status, output: stdout + stderr };
}

it('takes a class of an ES module beside the configuration file', () => {
  expect(check('NoNames')).toMatchObject({ status: 0, output: expect.stringContaining('can be used') as string });
});

it('says which class is not there, with the place', () => {
  const { status, output } = check('NoNmaes');
  expect(status).toBe(1);
  expect(output).toMatch(
    /config\.yaml:1: guardrails\[0\]\.litellm_params\.module_file: .*own\.mjs has no class `NoNmaes`/,
  );
});

it('stops the start, with the place and the mending', () => {
  const { status, output } = run('NoNmaes', ['--port', '0', '--host', '127.0.0.1']);
  expect(status).toBe(1);
  expect(output).toMatch(/config\.yaml:1: guardrails\[0\]\.litellm_params\.module_file: .*Name one that it exports/);
}, 40_000);
