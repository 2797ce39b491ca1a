/** In whose account a file lies: by the models and providers that its key may use, and again after the configuration has changed. */
import { buildSnapshot } from '../catalog/build-snapshot.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { configOf } from '../catalog/testing/catalog-of.js';
import { providerRegistry } from '../core/providers/registry.js';
import { lineModelsOf } from './files/line-models.js';
import type { ModelAccess } from './object-owner.js';
import { accountOf, baseOf, PlacementFinder, type AskedPlace } from './placement.js';

function catalogOf(yaml: string): CatalogSnapshot {
  const { snapshot, problems } = buildSnapshot(configOf(yaml), providerRegistry);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return snapshot;
}

const entry = (name: string, model: string, key: string, more = ''): string =>
  `  - {model_name: "${name}", litellm_params: {model: "${model}", api_key: ${key}${more}}}\n`;

const models =
  'model_list:\n' +
  entry('mini', 'openai/gpt-4o-mini', 'one') +
  entry('mini-again', 'openai/gpt-4o-mini', 'one') +
  entry('other-account', 'openai/gpt-4o', 'two') +
  entry('office', 'azure/my-mini', 'three', ', api_base: "https://a.openai.azure.com"') +
  entry('claude', 'anthropic/claude-sonnet-4-5', 'four') +
  entry('any/*', 'openai/*', 'one');

const everything: ModelAccess = { unrestricted: true, denial: () => null };
const only = (...names: string[]): ModelAccess => ({
  unrestricted: false,
  denial: (name) => (names.includes(name) ? null : 'model_access_denied'),
});

const finder = (access = everything, yaml = models) =>
  new PlacementFinder(catalogOf(yaml), access, ['azure', 'openai']);

function placed(asked: Partial<AskedPlace>, access?: ModelAccess, yaml?: string): string {
  const { deployment, modelGroup } = finder(access, yaml).place({ models: [], provider: undefined, ...asked });
  return `${deployment.provider.id} ${deployment.credentials.apiKey} ${modelGroup}`;
}

it('an account of a provider that does not exist is a mistake in the configuration', () => {
  const yaml = 'files_settings:\n  - {custom_llm_provider: opnai, api_key: x}\n';
  const { problems } = buildSnapshot(configOf(yaml), providerRegistry);
  expect(problems).toMatchObject([{ severity: 'error', message: expect.stringContaining('`openai`') as string }]);
});

describe('a place', () => {
  it.each([
    [{ models: ['mini'] }, 'openai one mini'],
    [{ models: ['other-account'] }, 'openai two other-account'],
    [{ models: ['office'] }, 'azure three office'],
    [{ models: ['mini', 'mini-again'] }, 'openai one mini'],
    [{ models: ['any/gpt-4.1'] }, 'openai one any/gpt-4.1'],
    [{ provider: 'azure' }, 'azure three '],
    [{ provider: 'openai' }, 'openai one '],
    [{}, 'openai one '],
  ])('for %j is %j', (asked, expected) => {
    expect(placed(asked)).toBe(expected);
  });

  it('without a name is the only account that there is', () => {
    const azureAlone = `model_list:\n${entry('office', 'azure/x', 'three', ', api_base: "https://a.openai.azure.com"')}`;
    expect(placed({}, everything, azureAlone)).toBe('azure three ');
    const two = azureAlone + entry('g', 'groq/llama', 'five');
    expect(() => placed({}, everything, two)).toThrow('names neither a model nor a provider');
  });

  it('is the account of files_settings where the key may use anything of that provider', () => {
    const yaml = `${models}files_settings:\n  - {custom_llm_provider: openai, api_key: files}\n`;
    expect(placed({ provider: 'openai' }, everything, yaml)).toBe('openai files ');
    expect(placed({ provider: 'openai' }, only('mini'), yaml)).toBe('openai files ');
    expect(() => placed({ provider: 'openai' }, only('office'), yaml)).toThrow('may use');
    expect(placed({ models: ['mini'] }, everything, yaml)).toBe('openai one mini');
  });

  it.each([
    [{ models: ['nope'] }, everything, 'unknown_model'],
    [{ models: ['mini'] }, only('office'), 'model_access_denied'],
    [{ models: ['mini', 'office'] }, only('mini'), 'model_access_denied'],
    [{ models: ['claude'] }, everything, 'invalid_request'],
    [{ models: ['mini'], provider: 'azure' }, everything, 'invalid_request'],
    [{ models: ['mini', 'other-account'] }, everything, 'invalid_request'],
    [{ provider: 'anthropic' }, everything, 'invalid_request'],
    [{ provider: 'azure' }, only('mini'), 'invalid_request'],
    [{}, only('claude'), 'invalid_request'],
  ])('for %j is refused', (asked, access, code) => {
    expect(() => placed(asked, access)).toThrow(expect.objectContaining({ code }));
  });
});

describe('a name in a line', () => {
  const resolve = (name: string, at: Partial<AskedPlace>, access = everything, yaml = models): string => {
    const found = finder(access, yaml);
    const { deployment } = found.place({ models: [], provider: undefined, ...at });
    return lineModelsOf(deployment, found, access)(name).model;
  };

  it.each([
    ['mini', { models: ['mini'] }, 'gpt-4o-mini'],
    ['mini-again', { models: ['mini'] }, 'gpt-4o-mini'],
    ['gpt-4o-mini', { models: ['mini'] }, 'gpt-4o-mini'],
    ['any/gpt-4.1', { models: ['mini'] }, 'gpt-4.1'],
    ['office', { provider: 'azure' }, 'my-mini'],
  ])('%s for %j is %s', (name, at, model) => {
    expect(resolve(name, at)).toBe(model);
  });

  it.each([
    ['other-account', { models: ['mini'] }, everything, 'invalid_request'],
    ['nope', { models: ['mini'] }, everything, 'unknown_model'],
    ['mini-again', { models: ['mini'] }, only('mini'), 'model_access_denied'],
    ['gpt-4.1', { models: ['mini'] }, only('mini'), 'model_access_denied'],
  ])('%s for %j is refused', (name, at, access, code) => {
    expect(() => resolve(name, at, access)).toThrow(expect.objectContaining({ code }));
  });

  it('that nobody has given is the provider’s own in an account for every model, for keys without limits', () => {
    const yaml = `${models}files_settings:\n  - {custom_llm_provider: openai, api_key: files}\n`;
    expect(resolve('gpt-9', { provider: 'openai' }, everything, yaml)).toBe('gpt-9');
    expect(() => resolve('gpt-9', { provider: 'openai' }, only('mini'), yaml)).toThrow(
      expect.objectContaining({ code: 'model_access_denied' }),
    );
  });
});

describe('an account', () => {
  const rowFor = (model: string) => {
    const { deployment, modelGroup } = finder().place({ models: [model], provider: undefined });
    const apiBase = baseOf(deployment);
    return { provider: deployment.provider.id, deploymentId: deployment.id, apiBase, modelGroup };
  };

  it('is found again by its id, and where its entry has changed by its address', () => {
    const row = rowFor('mini');
    expect(accountOf(catalogOf(models), row).id).toBe(row.deploymentId);
    const changed = `model_list:\n${entry('renamed', 'openai/gpt-4o', 'one', ', rpm: 7')}`;
    const found = accountOf(catalogOf(changed), row);
    expect([found.modelGroup, found.id === row.deploymentId]).toEqual(['renamed', false]);
  });

  it('that is configured no more is a conflict', () => {
    const elsewhere = `model_list:\n${entry('mini', 'openai/gpt-4o-mini', 'one', ', api_base: "https://e.example/v1"')}`;
    expect(() => accountOf(catalogOf(elsewhere), rowFor('mini'))).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    );
  });
});
