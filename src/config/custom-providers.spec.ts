/** What a provider in the configuration may hold, and what is said of one that cannot be. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeProblems } from './config-problem.js';
import { checkConfig, loadConfig } from './load-config.js';

const environment = { TOLLGATE_MASTER_KEY: 'sk-0f9a7c3e5b1d48628e4c6a2d7b9f1e3c' };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-config-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(members: string): string {
  const path = join(folder, 'c.yaml');
  writeFileSync(path, `litellm_settings:\n  custom_providers:\n    acme: ${members}\n`);
  return path;
}

it('has defaults for all but its address', () => {
  const [acme] = loadConfig(write('{base_url: "https://a.example/v1"}'), environment).customProviders;
  expect(acme).toMatchObject({
    id: 'acme',
    baseUrl: 'https://a.example/v1',
    apiKeyVariables: [],
    baseUrlVariables: [],
    needsApiKey: false,
    serves: ['chat'],
    asksForStreamUsage: true,
    quirks: [],
    origin: { path: 'litellm_settings.custom_providers.acme' },
  });
});

it('takes one variable or several, and the endpoints by their paths', () => {
  const [acme] = loadConfig(
    write('{base_url: "https://a.example", api_key_env: [A, B], supported_endpoints: [/v1/rerank, /v1/audio/speech]}'),
    environment,
  ).customProviders;
  expect(acme).toMatchObject({ apiKeyVariables: ['A', 'B'], needsApiKey: true, serves: ['rerank', 'speech'] });
});

it.each([
  ['{}', 'base_url'],
  ['{base_url: "ftp://a.example"}', 'https://api.acme.example/v1'],
  ['{base_url: "https://a.example", supported_endpoints: [chat]}', '`/v1/chat/completions`'],
  ['{base_url: "https://a.example", qirks: []}', 'qirks'],
])('refuses %s', (members, said) => {
  expect(describeProblems(checkConfig(write(members), environment))).toContain(said);
});
