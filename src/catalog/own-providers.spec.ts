/** A provider in the configuration: its address, key, parameters and departures, without a line of code. */
import { providerRegistry } from '../core/providers/registry.js';
import { plainParameters } from '../core/spec/parameters.js';
import { buildSnapshot } from './build-snapshot.js';
import { catalogOf, configOf } from './testing/catalog-of.js';

const acme = (members = '') => `
litellm_settings:
  custom_providers:
    acme: {base_url: "https://api.acme.example/v1", api_key_env: ACME_API_KEY${members}}
model_list:
  - {model_name: m, litellm_params: {model: acme/one}}
`;

it('reaches its models with its own address, key, headers and names', async () => {
  const { catalog, problems } = catalogOf(
    acme(`, headers: {X-Team: a}, key_header: {name: X-Key}, param_mappings: {max_completion_tokens: max_tokens},
      supported_endpoints: [/v1/chat/completions, /v1/embeddings], quirks: [developer-as-system]`),
    { ACME_API_KEY: 'secret' },
  );
  expect(problems).toEqual([]);
  const deployment = catalog.find('m')?.deployments[0];
  if (!deployment?.provider.chat) throw new Error('There is no chat.');
  expect(deployment).toMatchObject({
    model: 'one',
    endpoint: { origin: 'https://api.acme.example', basePath: '/v1' },
    credentials: { apiKey: 'secret' },
  });
  const { provider, endpoint, credentials } = deployment;
  const body = { model: 'm', messages: [{ role: 'developer' as const, content: 'x' }], max_completion_tokens: 3 };
  const call = {
    body,
    model: 'one',
    stream: false,
    endpoint,
    parameters: plainParameters,
    created: 0,
    responseId: 'r',
  };
  const request = await provider.authenticate(deployment.provider.chat.buildRequest(call), credentials, {
    nowMs: 0,
    settings: {},
  });
  expect(request.path).toBe('/v1/chat/completions');
  expect(request.headers).toMatchObject({ 'x-key': 'secret', 'x-team': 'a' });
  expect(request.headers).not.toHaveProperty('authorization');
  expect(JSON.parse(String(request.body))).toEqual({
    model: 'one',
    messages: [{ role: 'system', content: 'x' }],
    max_tokens: 3,
  });
  expect(Object.keys(provider)).toContain('embeddings');
  expect(provider).not.toHaveProperty('rerank');
});

it('is inactive without its key, and needs none where it names no variable for one', () => {
  expect(catalogOf(acme(), {}).catalog.find('m')).toBeNull();
  const open = acme().replace(', api_key_env: ACME_API_KEY', '');
  expect(catalogOf(open, {}).catalog.find('m')?.deployments).toHaveLength(1);
});

it('takes another address from the environment', () => {
  const { catalog } = catalogOf(acme(', api_base_env: ACME_BASE'), {
    ACME_API_KEY: 'k',
    ACME_BASE: 'http://[::1]:8/v2',
  });
  expect(catalog.find('m')?.deployments[0]?.endpoint).toEqual({ origin: 'http://[::1]:8', basePath: '/v2' });
});

it('stays the same object while its configuration is in force', () => {
  const config = configOf(acme(), { ACME_API_KEY: 'k' });
  const providerOf = () => buildSnapshot(config, providerRegistry).snapshot.find('m')?.deployments[0]?.provider;
  expect(providerOf()).toBeDefined();
  expect(providerOf()).toBe(providerOf());
});

it.each([
  [acme(', quirks: [reasoning-fields]'), 'there is no quirk `reasoning-fields`. Did you mean `reasoning-field`?'],
  [acme().replaceAll('acme', 'groq'), '`groq` is a provider already.'],
])('is refused for what it cannot be: %#', (yaml, message) => {
  expect(catalogOf(yaml, { ACME_API_KEY: 'k' }).problems.join('\n')).toContain(message);
});
