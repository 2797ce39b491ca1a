import { catalogOf } from './testing/catalog-of.js';

const everything = `
model_list:
  - {model_name: "*", litellm_params: {model: "*"}}
  - {model_name: "openai/*", litellm_params: {model: "openai/*"}}
  - {model_name: "openai/gpt-4*", litellm_params: {model: "openai/gpt-4*", api_key: four}}
  - {model_name: "openai/gpt-4o", litellm_params: {model: openai/gpt-4o-2024, api_key: exact}}
  - {model_name: "fixed-*", litellm_params: {model: openai/gpt-4o-mini}}
  - {model_name: "eu/*/*", litellm_params: {model: "groq/*-*", api_key: g}}
  - {model_name: "claude-*", litellm_params: {model: "anthropic/claude-*", api_key: a}}
`;

describe('find', () => {
  const { catalog } = catalogOf(everything);

  it.each([
    ['openai/gpt-4o', 'openai/gpt-4o', 'openai', 'gpt-4o-2024'],
    ['openai/gpt-4.1', 'openai/gpt-4*', 'openai', 'gpt-4.1'],
    ['openai/o3', 'openai/*', 'openai', 'o3'],
    ['openai/ft:gpt/x', 'openai/*', 'openai', 'ft:gpt/x'],
    ['fixed-thing', 'fixed-*', 'openai', 'gpt-4o-mini'],
    ['eu/one/two', 'eu/*/*', 'groq', 'one-two'],
    ['claude-x', 'claude-*', 'anthropic', 'claude-x'],
    ['gpt-5', '*', 'openai', 'gpt-5'],
  ])('leads %s to %s: %s, model %s', (name, modelGroup, provider, model) => {
    const found = catalog.find(name);
    expect(found?.modelGroup).toBe(modelGroup);
    expect(found?.deployments).toHaveLength(1);
    expect(found?.deployments[0]).toMatchObject({ model, modelGroup, provider: { id: provider } });
  });

  it('takes the provider from the name where the pattern leaves it open, and needs a key for it', () => {
    const open = catalogOf('model_list: [{model_name: "*", litellm_params: {model: "*"}}]', {
      GROQ_API_KEY: 'g',
    }).catalog;
    expect(open.find('groq/llama')?.deployments[0]).toMatchObject({ model: 'llama', credentials: { apiKey: 'g' } });
    expect(open.find('anthropic/claude')).toBeNull();
    expect(open.find('nowhere/x')).toBeNull();
  });

  it('gives the same answer again, and none for what nobody serves', () => {
    expect(catalog.find('openai/o3')).toBe(catalog.find('openai/o3'));
    const closed = catalogOf('model_list: [{model_name: a, litellm_params: {model: gpt-4o}}]').catalog;
    for (const name of ['b', '', '*', 'A', '__proto__', 'constructor', 'a'.repeat(100_000)]) {
      expect(closed.find(name)).toBeNull();
    }
  });

  it('keeps the id of a pattern’s deployment for every name', () => {
    const ids = ['openai/o3', 'openai/o4'].map((name) => catalog.find(name)?.deployments[0]?.id);
    expect(ids[0]).toBe(ids[1]);
    expect(catalog.findDeployment(ids[0] ?? '')?.model).toBe('*');
  });

  it('does not repeat the provider where a general pattern leads to one', () => {
    const { catalog: general } = catalogOf('model_list: [{model_name: "*", litellm_params: {model: "openai/*"}}]');
    expect(general.find('openai/gpt-4o')?.deployments[0]?.model).toBe('gpt-4o');
    expect(general.find('gpt-4o')?.deployments[0]?.model).toBe('gpt-4o');
  });

  it('offers every deployment of a group', () => {
    const { catalog: two } = catalogOf(`
model_list:
  - {model_name: m, litellm_params: {model: gpt-4o}}
  - {model_name: n, litellm_params: {model: gpt-4o}}
  - {model_name: m, litellm_params: {model: groq/llama, api_key: k}}
`);
    expect(two.find('m')?.deployments.map(({ provider }) => provider.id)).toEqual(['openai', 'groq']);
  });
});

describe('aliases', () => {
  const yaml = `
model_list:
  - {model_name: real, litellm_params: {model: gpt-4o}}
  - {model_name: "openai/*", litellm_params: {model: "openai/*"}}
  - {model_name: off, litellm_params: {model: gpt-4o, api_key: os.environ/ABSENT}}
router_settings:
  model_group_alias:
    other: real
    real: openai/o3
    hidden: {model: real, hidden: true}
    far: openai/o3
    "openai/o1": real
    lost: off
`;
  const { catalog, problems } = catalogOf(yaml);

  it('lead to a group or a pattern, after exact names and before patterns', () => {
    expect(catalog.find('other')?.modelGroup).toBe('real');
    expect(catalog.find('real')?.modelGroup).toBe('real');
    expect(catalog.find('hidden')?.modelGroup).toBe('real');
    expect(catalog.find('far')?.deployments[0]?.model).toBe('o3');
    expect(catalog.find('openai/o1')?.modelGroup).toBe('real');
  });

  it('are listed unless they are hidden', () => {
    expect(catalog.models().map(({ id }) => id)).toEqual(['real', 'openai/*', 'other', 'far', 'openai/o1']);
    expect(catalog.models()[1]).toMatchObject({ isPattern: true });
  });

  it('of an inactive model warn, of none are an error with the nearest name', () => {
    expect(problems).toEqual(['router_settings.model_group_alias.lost: warning: inactive, since its model `off` is.']);
    const wrong = catalogOf(
      'model_list: [{model_name: gpt-4o, litellm_params: {model: gpt-4o}}]\nrouter_settings: {model_group_alias: {a: gpt-4}}',
    );
    expect(wrong.problems).toEqual([
      'router_settings.model_group_alias.a: `a` leads to `gpt-4`, which is no model. Did you mean `gpt-4o`?',
    ]);
  });
});

it('a snapshot cannot be changed', () => {
  const { catalog } = catalogOf(everything);
  const found = catalog.find('openai/o3');
  expect(() => Object.assign(catalog, { version: 2 })).toThrow(TypeError);
  expect(() => Object.assign(catalog.router, { numRetries: 9 })).toThrow(TypeError);
  expect(() => (found?.deployments as unknown[]).pop()).toThrow(TypeError);
  expect(() => Object.assign(found?.deployments[0] ?? {}, { model: 'x' })).toThrow(TypeError);
  expect(() => (catalog.models() as unknown[]).pop()).toThrow(TypeError);
});
