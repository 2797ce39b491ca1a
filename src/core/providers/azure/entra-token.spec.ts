/** Whose token is asked for, where, and with what; and what is said where nobody's can be. */
import type { CredentialRequest, ExchangeContext } from '../../spec/credential-exchange.js';
import { noSecrets, type SecretSource } from '../../spec/secret-source.js';
import { entraExchange } from './entra-token.js';

const endpoint = { origin: 'https://acme.openai.azure.com', basePath: '' };
const identity = { tenant_id: 'tenant-1', client_id: 'client-1' };
const nowMs = 1_000_000;

const machine = (variables: Readonly<Record<string, string>> = {}, files: Readonly<Record<string, string>> = {}) =>
  ({ variable: (name) => variables[name], file: (path) => files[path] }) satisfies SecretSource;

async function begin(given: Partial<ExchangeContext>): Promise<CredentialRequest | undefined> {
  const context = { credentials: {}, settings: {}, endpoint, secrets: machine(), nowMs, ...given };
  return (await entraExchange('azure')(context)) as CredentialRequest | undefined;
}

async function sent(given: Partial<ExchangeContext>): Promise<{ address: string; form: Record<string, string> }> {
  const { request } = (await begin(given)) ?? {};
  if (!request) throw new Error('Nothing is asked.');
  const form = Object.fromEntries(new URLSearchParams(String(request.body ?? '')));
  return { address: `${request.method} ${request.origin}${request.path}`, form };
}

it.each([{ apiKey: 'k' }, { azureAdToken: 'eyJ' }])('asks for nothing with %j', async (credentials) => {
  expect(await begin({ credentials, settings: identity })).toBeUndefined();
});

it("asks with a client's secret, for the scope of Azure's AI services", async () => {
  expect(await sent({ credentials: { clientSecret: 's3' }, settings: identity })).toEqual({
    address: 'POST https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token',
    form: {
      client_id: 'client-1',
      client_secret: 's3',
      grant_type: 'client_credentials',
      scope: 'https://cognitiveservices.azure.com/.default',
    },
  });
});

it('asks another cloud for another scope where it is told to', async () => {
  const { address, form } = await sent({
    credentials: { clientSecret: 's3' },
    settings: { ...identity, azure_scope: 'https://ai.azure.us/.default' },
    secrets: machine({ AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us/' }),
  });
  expect([address, form['scope']]).toEqual([
    'POST https://login.microsoftonline.us/tenant-1/oauth2/v2.0/token',
    'https://ai.azure.us/.default',
  ]);
});

it("asks with a user's password, in any organization where no tenant is named", async () => {
  const { address, form } = await sent({
    credentials: { azurePassword: 'p' },
    settings: { client_id: 'client-1', azure_username: 'ann' },
  });
  expect(address).toContain('/organizations/');
  expect(form).toMatchObject({ grant_type: 'password', username: 'ann', password: 'p' });
});

it.each([
  ['oidc/env/TOKEN', machine({ TOKEN: 'jwt' })],
  ['oidc/env_path/TOKEN_FILE', machine({ TOKEN_FILE: '/run/t' }, { '/run/t': ' jwt\n' })],
  ['oidc/file/run/t', machine({}, { '/run/t': 'jwt' })],
  [undefined, machine({ AZURE_FEDERATED_TOKEN_FILE: '/run/t' }, { '/run/t': 'jwt' })],
])('presents the token of another identity provider, named by %s', async (azureAdToken, secrets) => {
  const credentials = azureAdToken === undefined ? {} : { azureAdToken };
  const { form } = await sent({ credentials, settings: identity, secrets });
  expect(form).toMatchObject({
    client_assertion: 'jwt',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  });
});

describe('the managed identity', () => {
  it('of a virtual machine', async () => {
    const step = await begin({ settings: { client_id: 'client-1' } });
    expect(step?.request).toMatchObject({
      method: 'GET',
      origin: 'http://169.254.169.254',
      path: '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fcognitiveservices.azure.com&client_id=client-1',
      headers: { metadata: 'true' },
    });
    expect(step?.unreachable).toContain('`tenant_id`');
  });

  it('of an app service', async () => {
    const secrets = machine({ IDENTITY_ENDPOINT: 'http://127.0.0.1:41/msi/token', IDENTITY_HEADER: 'h' });
    expect((await begin({ secrets }))?.request).toMatchObject({
      origin: 'http://127.0.0.1:41',
      path: '/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fcognitiveservices.azure.com',
      headers: { 'x-identity-header': 'h' },
    });
  });
});

it('reads the token and its life', async () => {
  const step = await begin({ credentials: { clientSecret: 's3' }, settings: identity });
  const body = Buffer.from(JSON.stringify({ access_token: 'eyJ', expires_in: 3599, token_type: 'Bearer' }));
  expect(await step?.read({ status: 200, headers: {}, body }, nowMs)).toEqual({
    credentials: { azureAdToken: 'eyJ' },
    expiresAtMs: nowMs + 3_599_000,
  });
});

it('says whose secret was refused, and why', async () => {
  const step = await begin({ credentials: { clientSecret: 's3' }, settings: identity });
  const body = Buffer.from(JSON.stringify({ error: 'invalid_client', error_description: 'AADSTS7000215' }));
  expect(() => step?.read({ status: 401, headers: {}, body }, nowMs)).toThrow(
    /the client client-1 \(invalid_client: AADSTS7000215\)/,
  );
});

it.each([
  ['a secret without its owner', { credentials: { clientSecret: 's3' } }, '`tenant_id` and `client_id` are missing'],
  [
    'a tenant that is a path',
    { credentials: { clientSecret: 's' }, settings: { tenant_id: 'a/b', client_id: 'c' } },
    'no tenant',
  ],
  ['an identity for somebody else', { secrets: noSecrets }, 'there are no credentials'],
  ['a variable that is not set', { credentials: { azureAdToken: 'oidc/env/NO' }, settings: identity }, 'NO that'],
  ['a kind that is not known', { credentials: { azureAdToken: 'oidc/google/x' }, settings: identity }, 'may name'],
  ['a file that is not there', { credentials: { azureAdToken: 'oidc/file/x' }, settings: identity }, 'cannot be read'],
  [
    'an authority in plain text',
    { credentials: { clientSecret: 's' }, settings: identity, secrets: machine({ AZURE_AUTHORITY_HOST: 'http://x' }) },
    'AZURE_AUTHORITY_HOST',
  ],
] as const)('refuses %s', async (_what, given, said) => {
  await expect(begin(given)).rejects.toThrow(said);
});
