import type { ConfigModelRow, StoredCredential } from './config-model-source.js';
import { catalogOf } from './testing/catalog-of.js';

const file = `
model_list:
  - {model_name: m, litellm_params: {model: openai/x, litellm_credential_name: prod}}
credential_list:
  - {credential_name: prod, credential_values: {api_key: sk-of-the-file, api_base: "http://10.0.0.1/v1"}, credential_info: {a: 1}}`;
const row = (id: string, params: object, info: object = {}): ConfigModelRow => ({
  id,
  modelName: id,
  litellmParams: { model: 'openai/x', ...params },
  modelInfo: info,
});
const stored = (name: string, values: unknown): StoredCredential => ({ name, values, info: {} });
const environment = { OPENAI_API_KEY: 'sk-env' };

describe('a credential', () => {
  it('of the file gives an entry of the file what it does not say itself', () => {
    const { catalog, problems } = catalogOf(file, environment);
    expect(problems).toEqual([]);
    expect(catalog.find('m')?.deployments).toMatchObject([
      { egress: 'operator', endpoint: { origin: 'http://10.0.0.1' }, credentials: { apiKey: 'sk-of-the-file' } },
    ]);
    expect(catalog.credentials.find('prod')).toMatchObject({ source: 'config', info: { a: 1 } });
  });

  it('gives nothing that the entry says itself', () => {
    const { catalog } = catalogOf(file.replace('litellm_credential_name', 'api_key: own, litellm_credential_name'));
    expect(catalog.find('m')?.deployments[0]?.credentials.apiKey).toBe('own');
  });

  it('of the database serves entries of the file too, and the address that it brings is held to the egress policy', () => {
    const yaml = file.slice(0, file.indexOf('credential_list'));
    const { catalog } = catalogOf(
      yaml,
      environment,
      [],
      [stored('prod', { api_key: 'k', api_base: 'https://a.example' })],
    );
    expect(catalog.find('m')?.deployments).toMatchObject([{ egress: 'restricted', credentials: { apiKey: 'k' } }]);
    const plain = catalogOf(yaml, environment, [], [stored('prod', { api_key: 'k' })]);
    expect(plain.catalog.find('m')?.deployments).toMatchObject([{ egress: 'operator', credentials: { apiKey: 'k' } }]);
  });

  it('that brings an address gets no key of the environment sent there', () => {
    const yaml = file.slice(0, file.indexOf('credential_list'));
    const { catalog, problems } = catalogOf(yaml, environment, [], [stored('prod', { api_base: 'https://a.example' })]);
    expect(catalog.find('m')).toBeNull();
    expect(problems).toEqual(['model_list[0]: warning: inactive: there is no key for `openai`. Set `api_key`.']);
  });

  it('that does not exist leaves the entry out, and its name is helped to', () => {
    const { catalog, problems } = catalogOf(file.replace('credential_name: prod}', 'credential_name: prd}'));
    expect(catalog.find('m')).toBeNull();
    expect(problems).toEqual(['model_list[0]: warning: inactive: there is no credential `prd`. Did you mean `prod`?']);
  });

  it('of the file goes before one of the same name in the database', () => {
    const { catalog, problems } = catalogOf(file, environment, [], [stored('prod', { api_key: 'other' })]);
    expect(catalog.find('m')?.deployments[0]?.credentials.apiKey).toBe('sk-of-the-file');
    expect(problems).toEqual([
      'database row prod of credentials: warning: skipped: a credential of the configuration file has the same name.',
    ]);
  });

  it.each([
    ['no map', 'text', 'no map'],
    ['a reference to the environment', { api_key: 'os.environ/HOME' }, 'not resolved here'],
    ['what is no credential', { timeout: 5 }, 'no parameter of a credential'],
    ['an address that is none', { api_base: 'file:///etc/passwd' }, 'expected an http or https address'],
    ['a wrong type', { api_key: { not: '' } }, 'Invalid input'],
  ])('with %s is skipped by name, and stops no other', (_, values, reason) => {
    const { catalog, problems } = catalogOf(
      '',
      environment,
      [row('a', { litellm_credential_name: 'good' })],
      [stored('bad', values), stored('good', { api_key: 'k' })],
    );
    expect(catalog.find('a')?.deployments[0]?.credentials.apiKey).toBe('k');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('database row bad of credentials: warning: skipped:');
    expect(problems[0]).toContain(reason);
  });

  it('that cannot be opened is skipped by name; so is a model', () => {
    const fault = 'What is stored encrypted cannot be opened: it was damaged.';
    const rows = [{ ...row('m1', {}), litellmParams: null, fault }, row('m2', { api_key: 'k' })];
    const { catalog, problems } = catalogOf('', {}, rows, [{ name: 'c', values: null, info: {}, fault }]);
    expect(catalog.find('m1')).toBeNull();
    expect(catalog.find('m2')).not.toBeNull();
    expect(problems).toEqual([
      `database row c of credentials: warning: skipped: ${fault}`,
      `database row m1 of config_models: warning: skipped: ${fault}`,
    ]);
  });
});

/** The attack: whoever may write a row names a credential that they cannot read, and an address of their own. */
it.each([
  { api_base: 'https://attacker.example/v1' },
  { base_url: 'https://attacker.example/v1' },
  { aws_bedrock_runtime_endpoint: 'https://attacker.example' },
])('a row with %j cannot use a credential', (address) => {
  const { catalog, problems } = catalogOf(file, environment, [
    row('thief', { ...address, litellm_credential_name: 'prod' }),
  ]);
  expect(catalog.find('thief')).toBeNull();
  expect(problems[0]).toContain('an entry of the database that names an address cannot use a credential');
});

it('a row without an address can', () => {
  const { catalog } = catalogOf(file, environment, [row('fine', { litellm_credential_name: 'prod' })]);
  expect(catalog.find('fine')?.deployments).toMatchObject([
    { egress: 'restricted', credentials: { apiKey: 'sk-of-the-file' } },
  ]);
});
