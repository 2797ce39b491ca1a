/** `files_settings` as LiteLLM has it: each account an entry for every model of its provider, and each mistake at its place. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeProblems } from './config-problem.js';
import { checkConfig, loadConfig } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-file-services-'));
const path = join(folder, 'c.yaml');
const environment = { TOLLGATE_MASTER_KEY: 'sk-0f9a7c3e5b1d48628e4c6a2d7b9f1e3c', AZURE_KEY: 'from-env' };
afterAll(() => rmSync(folder, { recursive: true }));

function check(text: string): string {
  writeFileSync(path, text);
  return describeProblems(checkConfig(path, environment));
}

it('becomes entries of the provider with its settings and its secrets', () => {
  writeFileSync(
    path,
    `files_settings:
  - custom_llm_provider: azure
    api_base: https://a.openai.azure.com
    api_key: os.environ/AZURE_KEY
    api_version: "2024-10-21"
  - custom_llm_provider: openai
    api_key: sk-files
`,
  );
  const { fileServices, warnings } = loadConfig(path, environment);
  expect(warnings).toEqual([]);
  expect(fileServices).toMatchObject([
    {
      model: 'azure/*',
      baseUrl: 'https://a.openai.azure.com',
      apiKey: 'from-env',
      providerSettings: { api_version: '2024-10-21' },
    },
    { model: 'openai/*', apiKey: 'sk-files' },
  ]);
});

it.each([
  ['files_settings: yes', 'files_settings: expected a list'],
  ['files_settings:\n  - api_key: x', 'files_settings[0].custom_llm_provider'],
  ['files_settings:\n  - custom_llm_provider: openai\n    timeout: soon', 'files_settings[0].timeout'],
])('%j is a mistake that is named', (text, message) => {
  expect(check(text)).toContain(message);
});

it('is left out with a warning where its key is not set', () => {
  expect(check('files_settings:\n  - {custom_llm_provider: openai, api_key: os.environ/NOT_SET}')).toContain(
    'inactive: the environment variable NOT_SET is not set',
  );
});
