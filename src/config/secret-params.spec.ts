import { holdsSecrets, secretMask, withoutSecretParams } from './secret-params.js';

it.each([
  [
    { model: 'openai/x', api_key: 'k', timeout: 5 },
    { model: 'openai/x', api_key: secretMask, timeout: 5 },
  ],
  [
    { aws_secret_access_key: 'k', aws_region_name: 'eu' },
    { aws_secret_access_key: secretMask, aws_region_name: 'eu' },
  ],
  [{ vertex_credentials: { type: 'x' } }, { vertex_credentials: secretMask }],
  [{ extra_headers: { 'X-Anything': 'k', accept: 'a' } }, { extra_headers: { 'X-Anything': secretMask, accept: 'a' } }],
  [{ extra_body: { a: [{ auth_token: 'k', b: 1 }] } }, { extra_body: { a: [{ auth_token: secretMask, b: 1 }] } }],
  [
    { note: 'Bearer abc', other: 'sk-0123456789' },
    { note: secretMask, other: secretMask },
  ],
  [{ api_base: 'https://h.example/v1?key=abc#x' }, { api_base: 'https://h.example/v1' }],
  [{ url: 'postgresql://user:pass@h/db' }, { url: 'postgresql://h/db' }],
  [{ api_key: 'os.environ/KEY' }, { api_key: 'os.environ/KEY' }],
])('%j', (params, shown) => {
  expect(withoutSecretParams(params)).toEqual(shown);
  expect(holdsSecrets(params)).toBe(JSON.stringify(params) !== JSON.stringify(shown));
});

it.each([
  'max_tokens',
  'max_completion_tokens',
  'input_cost_per_token',
  'litellm_credential_name',
  'base_model',
  'tags',
])('%s is no secret', (name) => {
  expect(holdsSecrets({ [name]: 'value' })).toBe(false);
});
