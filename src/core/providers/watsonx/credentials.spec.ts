import type { CredentialRequest, ExchangeContext } from '../../spec/credential-exchange.js';
import { GatewayError } from '../../errors/gateway-error.js';
import { authenticate, exchangeApiKey } from './credentials.js';

const nowMs = 1_735_689_600_000;
const request = { method: 'POST' as const, origin: 'https://us-south.ml.cloud.ibm.com', path: '/', headers: {} };

function begin(given: Partial<ExchangeContext>, variables: Readonly<Record<string, string>> = {}) {
  return exchangeApiKey({
    credentials: { apiKey: 'ibm-key' },
    settings: {},
    secrets: { variable: (name) => variables[name], file: () => undefined },
    endpoint: { origin: 'https://us-south.ml.cloud.ibm.com', basePath: '' },
    nowMs,
    ...given,
  }) as CredentialRequest | undefined;
}

const answered = (body: object, status = 200) => ({ status, headers: {}, body: Buffer.from(JSON.stringify(body)) });

describe("IBM's API key", () => {
  it('is exchanged for a token that requests carry', () => {
    const step = begin({});
    expect(step?.request).toMatchObject({
      method: 'POST',
      origin: 'https://iam.cloud.ibm.com',
      path: '/identity/token',
      body: 'grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&apikey=ibm-key',
    });
    const exchanged = step?.read(answered({ access_token: 'token-1', expires_in: 3600 }), nowMs);
    expect(exchanged).toEqual({ credentials: { token: 'token-1' }, expiresAtMs: nowMs + 3_600_000 });
    expect(authenticate(request, { token: 'token-1' }).headers).toEqual({ authorization: 'Bearer token-1' });
  });

  it('that IBM refuses is an authentication error that says what to do, without the key', () => {
    const refused = answered({ errorCode: 'BXNIM0415E', errorMessage: 'Provided API key could not be found.' }, 400);
    expect(() => begin({})?.read(refused, nowMs)).toThrow(
      expect.objectContaining({
        code: 'upstream_authentication',
        message: expect.stringContaining('could not be found') as string,
      }),
    );
  });

  it('of a Cloud Pak for Data is exchanged there', () => {
    const settings = { watsonx_username: 'ada', watsonx_cpd_url: 'https://cpd.acme.test' };
    const step = begin({ settings });
    expect(step?.request).toMatchObject({
      origin: 'https://cpd.acme.test',
      path: '/icp4d-api/v1/authorize',
      body: '{"username":"ada","api_key":"ibm-key"}',
    });
    expect(step?.read(answered({ token: 'cpd-token' }), nowMs)).toMatchObject({ credentials: { token: 'cpd-token' } });
  });

  it('goes to another IAM where the machine names one', () => {
    const step = begin({}, { WATSONX_IAM_URL: 'https://iam.test.cloud.ibm.com/identity/token' });
    expect(step?.request.origin).toBe('https://iam.test.cloud.ibm.com');
  });
});

it('takes tokens and ZenApiKeys as they are', () => {
  expect(begin({ credentials: { token: 't' } })).toBeUndefined();
  expect(begin({ credentials: { zenApiKey: 'z' } })).toBeUndefined();
  expect(authenticate(request, { zenApiKey: 'z' }).headers).toEqual({ authorization: 'ZenApiKey z' });
});

it('says what to set where there is nothing', () => {
  expect(begin({ credentials: {} })).toBeUndefined();
  expect(() => authenticate(request, {})).toThrow(GatewayError);
  expect(() => authenticate(request, {})).toThrow('WATSONX_API_KEY');
});
