import type { CredentialRequest, ExchangeContext } from '../../spec/credential-exchange.js';
import { noSecrets } from '../../spec/secret-source.js';
import { authenticate, exchangeServicePrincipal } from './credentials.js';
import { databricks } from './index.js';

const nowMs = 1_735_689_600_000;
const endpoint = { origin: 'https://adb-1.azuredatabricks.net', basePath: '/serving-endpoints' };
const request = { method: 'POST' as const, origin: endpoint.origin, path: '/', headers: {} };

function begin(given: Pick<ExchangeContext, 'credentials' | 'settings'>): CredentialRequest | undefined {
  return exchangeServicePrincipal({ ...given, secrets: noSecrets, endpoint, nowMs }) as CredentialRequest | undefined;
}

it("exchanges a service principal's secret at its own workspace", () => {
  const step = begin({ credentials: { clientSecret: 'hush' }, settings: { client_id: 'app-1' } });
  expect(step?.request).toMatchObject({
    origin: endpoint.origin,
    path: '/oidc/v1/token',
    headers: { authorization: `Basic ${Buffer.from('app-1:hush').toString('base64')}` },
    body: 'grant_type=client_credentials&scope=all-apis',
  });
  const body = Buffer.from('{"access_token":"t","token_type":"Bearer","expires_in":3600}');
  const exchanged = step?.read({ status: 200, headers: {}, body }, nowMs);
  expect(exchanged).toEqual({ credentials: { apiKey: 't' }, expiresAtMs: nowMs + 3_600_000 });
});

it('uses a personal token as it is, and says what to set where there is none', () => {
  expect(begin({ credentials: { apiKey: 'dapi1', clientSecret: 'x' }, settings: { client_id: 'a' } })).toBeUndefined();
  expect(authenticate(request, { apiKey: 'dapi1' }).headers).toEqual({ authorization: 'Bearer dapi1' });
  expect(() => authenticate(request, {})).toThrow('DATABRICKS_API_KEY');
});

describe('the address of a workspace', () => {
  it.each([
    [
      { databricks_host: 'adb-1.azuredatabricks.net' },
      undefined,
      'https://adb-1.azuredatabricks.net/serving-endpoints',
    ],
    [{}, 'https://adb-1.azuredatabricks.net/', 'https://adb-1.azuredatabricks.net/serving-endpoints'],
    [{}, 'https://adb-1.azuredatabricks.net/serving-endpoints/', 'https://adb-1.azuredatabricks.net/serving-endpoints'],
    [{}, undefined, undefined],
  ])('%j and %s lead to %s', (settings, configured, wanted) => {
    expect(databricks.locate?.(settings, configured)).toBe(wanted);
  });
});
