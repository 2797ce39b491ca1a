import type { Deployment } from '../core/spec/deployment.js';
import { toEndpoint } from './deployment-factory.js';
import { catalogOf } from './testing/catalog-of.js';

/** The deployment of one entry, given as YAML flow. */
function deploymentOf(params: string, info = '{}', environment?: Record<string, string>): Deployment | undefined {
  const { catalog } = catalogOf(
    `model_list: [{model_name: m, litellm_params: ${params}, model_info: ${info}}]`,
    environment,
  );
  return catalog.find('m')?.deployments[0];
}

function problemsOf(params: string, environment?: Record<string, string>): readonly string[] {
  return catalogOf(`model_list: [{model_name: m, litellm_params: ${params}}]`, environment).problems;
}

describe('the provider of an entry', () => {
  it.each([
    ['{model: gpt-4o}', 'openai', 'gpt-4o'],
    ['{model: openai/gpt-4o}', 'openai', 'gpt-4o'],
    ['{model: groq/meta/llama-3, api_key: k}', 'groq', 'meta/llama-3'],
    ['{model: my-model, custom_llm_provider: groq, api_key: k}', 'groq', 'my-model'],
    ['{model: meta/llama-3, custom_llm_provider: groq, api_key: k}', 'groq', 'meta/llama-3'],
    ['{model: groq/llama-3, custom_llm_provider: groq, api_key: k}', 'groq', 'llama-3'],
    ['{model: custom_openai/x, api_base: "http://127.0.0.1:1/v1", api_key: k}', 'custom_openai', 'x'],
    ['{model: demo/hello}', 'demo', 'hello'],
  ])('of %s is %s with the model %s', (params, provider, model) => {
    expect(deploymentOf(params)).toMatchObject({ provider: { id: provider }, model });
  });

  it('that does not exist is an error that names the nearest', () => {
    expect(problemsOf('{model: opnai/gpt-4o}')).toEqual([
      'model_list[0].litellm_params.model: there is no provider `opnai`. Did you mean `openai`?',
    ]);
    expect(problemsOf('{model: x, custom_llm_provider: grok}')).toEqual([
      'model_list[0].litellm_params.custom_llm_provider: there is no provider `grok`. Did you mean `groq`?',
    ]);
  });

  it('that LiteLLM has and this version does not leaves the entry out, with a warning', () => {
    expect(problemsOf('{model: bedrock/claude}')).toEqual([
      'model_list[0]: warning: inactive: the provider `bedrock` is known to LiteLLM, not served by this version.',
    ]);
    expect(deploymentOf('{model: bedrock/claude}')).toBeUndefined();
  });
});

describe('the address of a deployment', () => {
  it.each([
    ['https://api.openai.com/v1', 'https://api.openai.com', '/v1'],
    ['https://api.openai.com/v1/', 'https://api.openai.com', '/v1'],
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000', ''],
    ['https://x.example:443/a/b//', 'https://x.example', '/a/b'],
    ['https://x.example/v1?api-version=1#f', 'https://x.example', '/v1'],
  ])('%s is read once', (address, origin, basePath) => {
    expect(toEndpoint(address)).toEqual({ origin, basePath });
  });

  it.each(['localhost:8000/v1', 'ftp://x', 'nonsense', ''])('%p is none', (address) => {
    expect(toEndpoint(address)).toBeNull();
  });

  it('is the entry’s, then the environment’s, then the provider’s own', () => {
    const environment = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://env.example/v2' };
    const origin = (params: string, variables?: Record<string, string>) =>
      deploymentOf(params, '{}', variables)?.endpoint.origin;
    expect(origin('{model: gpt-4o, api_base: "http://own.example"}', environment)).toBe('http://own.example');
    expect(origin('{model: gpt-4o, base_url: "http://own.example"}', environment)).toBe('http://own.example');
    expect(origin('{model: gpt-4o}', environment)).toBe('http://env.example');
    expect(origin('{model: gpt-4o}')).toBe('https://openai.example');
  });

  it('follows from settings where the provider knows how: the entry’s, then the environment’s', () => {
    const found = (params: string, variables = {}) => {
      const deployment = deploymentOf(params, '{}', variables);
      return [deployment?.endpoint.origin, deployment?.parameters.provider];
    };
    const settings = { cloud_region: 'west' };
    expect(found('{model: cloud/x}', { REGION: 'west' })).toEqual(['https://west.cloud.example', settings]);
    expect(found('{model: cloud/x, api_base: "https://own.example"}', { REGION: 'west' })).toEqual([
      'https://own.example',
      settings,
    ]);
    expect(problemsOf('{model: cloud/x}', {})).toEqual([
      'model_list[0]: warning: inactive: `cloud` has no address of its own. Set `api_base` or `cloud_region` or CLOUD_REGION or REGION.',
    ]);
  });

  it('that is missing leaves the entry out', () => {
    expect(problemsOf('{model: custom_openai/x, api_key: k}')).toEqual([
      'model_list[0]: warning: inactive: `custom_openai` has no address of its own. Set `api_base` or CUSTOM_OPENAI_BASE_URL.',
    ]);
  });
});

describe('the credentials of a deployment', () => {
  it('are the entry’s, then the environment’s', () => {
    expect(deploymentOf('{model: gpt-4o, api_key: own, organization: org}')?.credentials).toEqual({
      apiKey: 'own',
      organization: 'org',
    });
    expect(deploymentOf('{model: gpt-4o}')?.credentials).toEqual({ apiKey: 'sk-env' });
  });

  it('of one identity are not completed by the environment’s of another', () => {
    const environment = { REGION: 'west', CLOUD_KEY: 'env-key', CLOUD_SESSION: 'env-session' };
    expect(deploymentOf('{model: cloud/x}', '{}', environment)?.credentials).toEqual({
      accessKey: 'env-key',
      session: 'env-session',
    });
    expect(deploymentOf('{model: cloud/x, token: own}', '{}', environment)?.credentials).toEqual({ token: 'own' });
  });

  it('that are missing leave the entry out, unless none are needed', () => {
    expect(problemsOf('{model: gpt-4o}', {})).toEqual([
      'model_list[0]: warning: inactive: there is no key for `openai`. Set `api_key` or OPENAI_API_KEY.',
    ]);
    expect(problemsOf('{model: gpt-4o, organization: org}', {})).toHaveLength(1);
    for (const params of [
      '{model: lm_studio/x}',
      '{model: gpt-4o, mock_response: hi}',
      '{model: gpt-4o, configurable_clientside_auth_params: [api_key]}',
    ]) {
      expect(deploymentOf(params, '{}', {})).toBeDefined();
    }
  });
});

describe('a deployment', () => {
  it('has the entry’s parameters, with the global policy where the entry has none', () => {
    const { catalog } = catalogOf(`
litellm_settings: {drop_params: true, modify_params: true}
model_list:
  - model_name: own
    litellm_params:
      model: gpt-4o
      drop_params: false
      modify_params: false
      additional_drop_params: [user]
      allowed_openai_params: [tools]
      extra_headers: {X-A: b}
      extra_body: {c: {d: 1}}
      organization: org
      api_version: v
      temperature: 0.5
      timeout: 3
      stream_timeout: 0.5
      num_retries: 4
      weight: 2
      rpm: 10
      tpm: 20
      base_model: priced
      input_cost_per_token: 2.5e-06
  - model_name: plain
    litellm_params: {model: gpt-4o}
`);
    expect(catalog.find('own')?.deployments[0]).toMatchObject({
      parameters: {
        dropUnsupported: false,
        mayModify: false,
        alwaysDrop: ['user'],
        alsoAllowed: ['tools'],
        extraHeaders: { 'x-a': 'b' },
        extraBody: { c: { d: 1 } },
        provider: { organization: 'org', api_version: 'v' },
      },
      defaults: { temperature: 0.5 },
      timeoutMs: 3_000,
      streamTimeoutMs: 500,
      maxRetries: 4,
      weight: 2,
      rpm: 10,
      tpm: 20,
      baseModel: 'priced',
      prices: { inputPerToken: '0.0000025' },
      egress: 'operator',
    });
    expect(catalog.find('plain')?.deployments[0]).toMatchObject({
      parameters: { dropUnsupported: true, mayModify: true },
      defaults: {},
      maxRetries: undefined,
      prices: undefined,
    });
  });

  it('is frozen to its leaves, but leaves the shared provider alone', () => {
    const deployment = deploymentOf('{model: gpt-4o, extra_body: {a: {b: [1]}}, temperature: 1}');
    const body = deployment?.parameters.extraBody as { a: { b: number[] } };
    expect(() => body.a.b.push(2)).toThrow(TypeError);
    expect(() => Object.assign(deployment?.credentials ?? {}, { apiKey: 'x' })).toThrow(TypeError);
    expect(Object.isFrozen(deployment?.provider)).toBe(false);
  });
});

describe('the id of a deployment', () => {
  const idOf = (params: string, info?: string): string => deploymentOf(params, info)?.id ?? '';

  it('is model_info.id, or a hash that no secret and no place in the file goes into', () => {
    expect(idOf('{model: gpt-4o}', '{id: mine}')).toBe('mine');
    const id = idOf('{model: gpt-4o, api_key: one, extra_headers: {authorization: one}}');
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(idOf('{extra_headers: {authorization: two}, api_key: two, model: gpt-4o}')).toBe(id);
    expect(idOf('{model: gpt-4o, temperature: 1, extra_headers: {authorization: one}}')).not.toBe(id);
  });

  it('tells identical twins apart', () => {
    const { catalog } = catalogOf(`
model_list:
  - {model_name: m, litellm_params: {model: gpt-4o, api_key: one}}
  - {model_name: m, litellm_params: {model: gpt-4o, api_key: two}}
`);
    const ids = catalog.find('m')?.deployments.map(({ id }) => id) ?? [];
    expect(ids[1]).toBe(`${ids[0]}-2`);
    expect(ids.map((id) => catalog.findDeployment(id)?.credentials.apiKey)).toEqual(['one', 'two']);
  });
});

describe('discounts and margins', () => {
  const adjustmentOf = (settings: string, model = 'gpt-4o') =>
    catalogOf(`litellm_settings: ${settings}
model_list: [{model_name: m, litellm_params: {model: ${model}, api_key: k}}]`).catalog.find('m')?.deployments[0]
      ?.priceAdjustment;

  it('reach the deployments of their provider, as exact decimals', () => {
    const settings = `{cost_discount_config: {openai: 0.05}, cost_margin_config: {openai: {percentage: 1e-1, fixed_amount: 0.001}}}`;
    expect(adjustmentOf(settings)).toEqual({ discount: '0.05', margin: '0.1', perRequest: '0.001' });
    expect(adjustmentOf(settings, 'groq/x')).toBeUndefined();
  });

  it('hold for all providers that are not named where they are global', () => {
    const settings = '{cost_margin_config: {global: 0.2, openai: 0.1}}';
    expect([adjustmentOf(settings), adjustmentOf(settings, 'groq/x')]).toEqual([{ margin: '0.1' }, { margin: '0.2' }]);
  });

  it.each([
    ['{cost_discount_config: {openai: 1.5}}', 'cost_discount_config.openai'],
    ['{cost_margin_config: {openai: 15}}', 'cost_margin_config.openai'],
    ['{cost_margin_config: {openai: {percentage: -1}}}', 'cost_margin_config.openai'],
  ])('that make no sense are refused: %s', (settings, path) => {
    expect(() => adjustmentOf(settings)).toThrow(path);
  });
});
