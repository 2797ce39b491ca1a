/** Addresses and keys of clients. The attack: an own `api_base`, to be sent the operator's key. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { ChatCompletionRequest } from '../core/schema/openai/chat.js';
import { plainParameters } from '../core/spec/index.js';
import { madeUpDeployment } from '../core/testing/deployments.js';
import { allowingDeployments, withClientCredentials, withoutCredentials } from './client-credentials.js';

const settable = (...clientSettable: string[]) =>
  madeUpDeployment({ id: clientSettable.join('+') || 'none', clientSettable });
const bodyOf = (given: object): ChatCompletionRequest => ({ model: 'm', messages: [], ...given });

function refused(run: () => unknown): { code: string; param: string | undefined } {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError && error.status === 400) return { code: error.code, param: error.param };
    throw error;
  }
  throw new Error('It was allowed.');
}

describe('who may serve', () => {
  it('is everybody where nothing of the kind was sent', () => {
    const deployments = [settable(), settable('api_key')];
    expect(allowingDeployments(deployments, [])).toBe(deployments);
  });

  it('is whoever allows all that was sent', () => {
    const [none, key, both] = [settable(), settable('api_key'), settable('api_key', 'api_base')];
    expect(allowingDeployments([none, key, both], ['api_key'])).toEqual([key, both]);
    expect(allowingDeployments([none, key, both], ['api_base', 'api_key'])).toEqual([both]);
  });

  it.each([
    ['api_key', [settable()], ['api_key']],
    ['api_base', [settable('api_key')], ['api_key', 'api_base']],
    ['base_url', [settable('api_base')], ['base_url']],
    ['user_config', [settable('api_key')], ['api_key', 'user_config']],
    ['api_key', [settable('api_key'), settable('api_base')], ['api_key', 'api_base']],
  ])('is nobody, naming %s, where none allows it all', (param, deployments, reserved) => {
    expect(refused(() => allowingDeployments(deployments, reserved))).toEqual({
      code: 'clientside_credentials',
      param,
    });
  });

  it.each(['aws_access_key_id', 'vertex_credentials', 'azure_ad_token', 'user_config'])(
    'is nobody for %s, though the operator listed it: it would not be followed',
    (member) => {
      expect(refused(() => allowingDeployments([settable(member)], [member])).param).toBe(member);
    },
  );
});

describe('the deployment that is called', () => {
  const operators = madeUpDeployment({
    credentials: { apiKey: 'sk-operator', organization: 'org-operator' },
    parameters: {
      ...plainParameters,
      extraHeaders: { 'x-gateway-token': 'operator-header' },
      extraBody: { token: 'operator-body' },
      provider: { organization: 'operator-setting' },
    },
  });

  it.each([
    [{ api_base: 'https://evil.example/v1' }],
    [{ base_url: 'https://evil.example/v1' }],
    [{ api_base: 'https://evil.example/v1', base_url: 'https://other.example' }],
    [{ api_base: 'https://evil.example/v1', api_key: 'sk-client' }],
  ])('carries nothing of the operator’s to the client’s address: %j', (given) => {
    const called = withClientCredentials(operators, bodyOf(given));
    expect(called.endpoint).toEqual({ origin: 'https://evil.example', basePath: '/v1' });
    expect(called.egress).toBe('restricted');
    expect(JSON.stringify(called)).not.toMatch(/operator/);
    expect(called.credentials.apiKey).toBe('api_key' in given ? 'sk-client' : undefined);
  });

  it('uses the client’s key at the operator’s address, and leaves the configured deployment as it was', () => {
    const called = withClientCredentials(operators, bodyOf({ api_key: 'sk-client' }));
    expect([called.credentials.apiKey, called.endpoint, called.egress]).toEqual([
      'sk-client',
      operators.endpoint,
      'operator',
    ]);
    expect(operators.credentials.apiKey).toBe('sk-operator');
  });

  it.each([
    ['http://10.0.0.1:8080/', { origin: 'http://10.0.0.1:8080', basePath: '' }],
    ['https://x.example///', { origin: 'https://x.example', basePath: '' }],
    ['https://user:pass@x.example/v1/?a=b#c', { origin: 'https://x.example', basePath: '/v1' }],
    ['https://X.Example/V1', { origin: 'https://x.example', basePath: '/V1' }],
  ])('reads the address %s', (api_base, endpoint) => {
    expect(withClientCredentials(operators, bodyOf({ api_base })).endpoint).toEqual(endpoint);
  });

  it.each([
    'file:///etc/passwd',
    'ftp://x',
    'javascript:1',
    'x.example',
    '//x.example',
    '',
    'unix:/run/docker.sock',
    7,
    true,
    {},
    ['https://x'],
  ])('refuses the address %j', (api_base) => {
    expect(refused(() => withClientCredentials(operators, bodyOf({ api_base }))).code).toBe('invalid_request');
  });

  it.each([null, '', 7, {}, ['k'], 'a\nb', 'a\r\nx-evil: 1', 'a\u0000', '日本'])(
    'refuses the key %j rather than fall back to the operator’s',
    (api_key) => {
      expect(refused(() => withClientCredentials(operators, bodyOf({ api_key }))).param).toBe('api_key');
    },
  );
});

it('keeps what was read out of the provider’s body', () => {
  const body = bodyOf({ api_key: 'k', api_base: 'b', base_url: 'u', user: 'x' });
  expect(withoutCredentials(body)).toEqual(bodyOf({ user: 'x' }));
  expect(body).toHaveProperty('api_key');
});
