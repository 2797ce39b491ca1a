/** `tollgate --check` finds guardrails that are configured wrongly, and loads the operator's own from ES modules, as the start does. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

let folder: string;
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'tollgate-guardrails-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function check(name: string): { status: number | null; output: string } {
  const config = path.join(folder, 'config.yaml');
  writeFileSync(
    path.join(folder, 'own.mjs'),
    "export class NoNames { constructor({ names }) { if (!names) throw new Error('names are needed'); } check() { return { action: 'pass' }; } }\n",
  );
  const params = { guardrail: 'custom', mode: 'pre_call', module_file: `./own.mjs#${name}`, parameters: { names: [] } };
  writeFileSync(config, JSON.stringify({ guardrails: [{ guardrail_name: 'own', litellm_params: params }] }));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/main.js', '--check', '--config', config], {
    encoding: 'utf8',
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
  expect(output).toMatch(/config\.yaml:1: guardrails\[0\]\.litellm_params\.module_file: .*own\.mjs has no class `NoNmaes`/);
});
