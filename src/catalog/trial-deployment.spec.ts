/** A deployment that somebody tries out: nothing of the operator's reaches an address that the request names. */
import { providerRegistry } from '../core/providers/registry.js';
import { configOf } from './testing/catalog-of.js';
import { buildTrial } from './trial-deployment.js';

const config = configOf('model_list: []', { OPENAI_API_KEY: 'sk-operator', AZURE_API_KEY: 'az-operator' });

const trial = (litellmParams: object, modelInfo: object = {}) =>
  buildTrial({ model_name: 'trial', litellm_params: litellmParams, model_info: modelInfo }, config, providerRegistry);

it('is built from its own words, under the policy for foreign addresses', () => {
  const { deployment } = trial({ model: 'openai/gpt-4o', api_base: 'https://x.example/v1', api_key: 'mine' }, { mode: 'chat' }); // prettier-ignore
  expect(deployment).toMatchObject({
    egress: 'restricted',
    credentials: { apiKey: 'mine' },
    endpoint: { origin: 'https://x.example' },
    modelInfo: { mode: 'chat' },
  });
});

it('may use the operator’s key at the provider’s own address alone', () => {
  expect(trial({ model: 'openai/gpt-4o' }).deployment?.credentials).toEqual({ apiKey: 'sk-operator' });
  const elsewhere = trial({ model: 'openai/gpt-4o', api_base: 'https://x.example/v1' });
  expect([elsewhere.deployment, elsewhere.problems.join()]).toEqual([null, expect.stringContaining('no key')]);
});

it.each([
  ['a reference to the environment', { model: 'openai/gpt-4o', api_key: 'os.environ/OPENAI_API_KEY' }, 'not resolved'],
  [
    'a reference within',
    { model: 'openai/gpt-4o', api_key: 'k', extra_headers: { a: 'os.environ/HOME' } },
    'not resolved',
  ],
  ['an unknown provider', { model: 'dream/x', api_key: 'k' }, 'dream'],
  ['no model', { api_key: 'k' }, 'model'],
  ['an address that is none', { model: 'openai/gpt-4o', api_key: 'k', api_base: 'file:///etc/passwd' }, 'http'],
  ['a name that stands for every provider', { model: '*', api_key: 'k' }, ''],
])('refuses %s', (_what, params, said) => {
  const { deployment, problems } = trial(params);
  expect(deployment).toBeNull();
  expect(problems.join(' ')).toContain(said);
});
