/** Every way from Google credentials to a token, with made-up answers of the token services. */
import { jwtVerify } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import { GatewayError } from '../../../errors/gateway-error.js';
import type { CredentialRequest, ExchangedCredentials, ExchangeContext } from '../../../spec/credential-exchange.js';
import { noSecrets, type SecretSource } from '../../../spec/secret-source.js';
import { exchangeCredentials } from './exchange.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const endpoint = { origin: 'https://us-central1-aiplatform.googleapis.com', basePath: '/v1' };
const serviceAccount = {
  type: 'service_account',
  project_id: 'own-project',
  private_key_id: 'key-1',
  private_key: pem,
  client_email: 'gateway@own-project.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
};
const user = { type: 'authorized_user', client_id: 'client', client_secret: 'hush', refresh_token: 'refresh' };
const federated = {
  type: 'external_account',
  audience: '//iam.googleapis.com/projects/424242/locations/global/workloadIdentityPools/pool/providers/p',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  token_url: 'https://sts.googleapis.com/v1/token',
  credential_source: { file: '/var/run/token' },
};
const impersonationUrl =
  'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/bot@acme.iam.gserviceaccount.com:generateAccessToken';

type Step = ExchangedCredentials | CredentialRequest | undefined;

function machine(
  files: Readonly<Record<string, string>> = {},
  variables: Readonly<Record<string, string>> = {},
): SecretSource {
  return { file: (path) => files[path], variable: (name) => variables[name] };
}

async function begin(credentials: object | string, context: Partial<ExchangeContext> = {}): Promise<CredentialRequest> {
  const text = typeof credentials === 'string' ? credentials : JSON.stringify(credentials);
  const given = {
    credentials: { vertexCredentials: text },
    settings: {},
    secrets: machine(),
    endpoint,
    nowMs,
    ...context,
  };
  return asRequest(await exchangeCredentials(given));
}

async function answer(step: CredentialRequest, body: unknown, status = 200): Promise<Step> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return step.read({ status, headers: {}, body: Buffer.from(text) }, nowMs);
}

function asRequest(step: Step): CredentialRequest {
  if (step === undefined || !('request' in step)) throw new Error('There is no further request.');
  return step;
}

function formOf({ request }: CredentialRequest): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(String(request.body)));
}

async function failure(run: () => unknown): Promise<GatewayError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

describe('a service account', () => {
  it('signs a statement that its public key verifies, and gives the token with the project', async () => {
    const step = await begin(serviceAccount);
    expect(`${step.request.method} ${step.request.origin}${step.request.path}`).toBe(
      'POST https://oauth2.googleapis.com/token',
    );
    const { grant_type: grant, assertion = '' } = formOf(step);
    expect(grant).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const { payload, protectedHeader } = await jwtVerify(assertion, publicKey, { currentDate: new Date(nowMs) });
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    expect(payload).toEqual({
      iss: serviceAccount.client_email,
      sub: serviceAccount.client_email,
      aud: 'https://oauth2.googleapis.com/token',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      iat: nowMs / 1_000,
      exp: nowMs / 1_000 + 3_600,
    });
    expect(await answer(step, { access_token: 'token', expires_in: 3_599, token_type: 'Bearer' })).toEqual({
      credentials: { accessToken: 'token', vertexProject: 'own-project' },
      expiresAtMs: nowMs + 3_599_000,
    });
  });

  it('leaves the project to the settings where they have one', async () => {
    const step = await begin(serviceAccount, { settings: { vertex_project: 'other' } });
    expect(await answer(step, { access_token: 't' })).toMatchObject({ credentials: { vertexProject: 'other' } });
  });

  it('takes a path to the file, a key in PKCS #1 and escaped line ends', async () => {
    const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString().replaceAll('\n', '\\n');
    const secrets = machine({ '/etc/sa.json': JSON.stringify({ ...serviceAccount, private_key: pkcs1 }) });
    const { assertion = '' } = formOf(await begin('/etc/sa.json', { secrets }));
    await jwtVerify(assertion, publicKey, { currentDate: new Date(nowMs) });
  });

  it.each(['http://127.0.0.1:9100/token', 'http://localhost:9100/token', 'http://[::1]:9/token'])(
    'may ask this machine for the token: %s',
    async (uri) => {
      const { request } = await begin({ ...serviceAccount, token_uri: uri });
      expect(`${request.origin}${request.path}`).toBe(uri);
    },
  );

  it.each([
    'http://oauth2.googleapis.com/token',
    'https://evil.example/token',
    'https://googleapis.com.evil.example/token',
    'https://evilgoogleapis.com/token',
    'https://user:pass@oauth2.googleapis.com/token',
    'https://oauth2.googleapis.com:8443/token',
    'https://169.254.169.254/token',
    'file:///etc/passwd',
    'no url',
  ])('is never sent to %s', async (uri) => {
    const error = await failure(() => begin({ ...serviceAccount, token_uri: uri }));
    expect(error).toMatchObject({ code: 'upstream_authentication', provider: 'vertex_ai' });
    expect(error.message).toContain('token_uri');
  });

  it.each([
    ['{"type": "service_account", "private_key": "-----BEGIN', 'not JSON'],
    [JSON.stringify({ ...serviceAccount, private_key: 'secret-pem' }), 'private_key'],
    [JSON.stringify({ ...serviceAccount, private_key: undefined }), 'private_key'],
    [JSON.stringify({ ...serviceAccount, client_email: 7 }), 'client_email'],
    [JSON.stringify({ ...serviceAccount, type: 'gdch_service_account' }), 'type'],
    ['{}', 'type'],
    ['/no/such/file', 'vertex_credentials'],
  ])('that is damaged is refused in words that repeat none of it', async (text, said) => {
    const error = await failure(() => begin(text));
    expect(error).toMatchObject({ code: 'upstream_authentication' });
    expect(error.message).toContain(said);
    expect(`${error.message} ${String(error.cause)}`).not.toMatch(/secret-pem|BEGIN|no\/such/);
  });
});

describe('the answer of a token service', () => {
  it.each([
    [400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }, 'invalid_grant: Invalid JWT'],
    [
      403,
      { error: { code: 403, status: 'PERMISSION_DENIED', message: 'No rights.' } },
      'PERMISSION_DENIED: No rights.',
    ],
    [502, '<html>', 'status 502'],
    [200, '<html>', 'not JSON'],
    [200, { token_type: 'Bearer' }, 'no token'],
    [200, 'null', 'not JSON'],
  ])('%i %j is upstream_authentication, with what it said and what to do', async (status, body, said) => {
    const step = await begin(serviceAccount);
    const error = await failure(() => answer(step, body, status));
    expect(error).toMatchObject({ code: 'upstream_authentication', status: 401, provider: 'vertex_ai' });
    expect(error.message).toContain(said);
    expect(error.message).toContain(serviceAccount.client_email);
    expect(error.message).toContain('Check that');
  });

  it('repeats no key that it echoes', async () => {
    const step = await begin(serviceAccount);
    const body = { error: 'invalid_request', error_description: 'Bad token: ya29.a0AfB_byC1234567890' };
    expect((await failure(() => answer(step, body, 400))).message).not.toContain('a0AfB');
  });
});

describe('user credentials', () => {
  it('exchange the refresh token and charge the quota project', async () => {
    const step = await begin({ ...user, quota_project_id: 'payer' });
    expect(formOf(step)).toEqual({
      grant_type: 'refresh_token',
      client_id: 'client',
      client_secret: 'hush',
      refresh_token: 'refresh',
    });
    expect(await answer(step, { access_token: 'token', expires_in: 10 })).toEqual({
      credentials: { accessToken: 'token', vertexProject: 'payer', quotaProject: 'payer' },
      expiresAtMs: nowMs + 10_000,
    });
  });

  it('say how to renew them where they have run out', async () => {
    const error = await failure(async () => answer(await begin(user), { error: 'invalid_grant' }, 400));
    expect(error.message).toContain('gcloud auth application-default login');
    expect(error.message).not.toContain('hush');
  });
});

describe('an external account', () => {
  const secrets = machine({ '/var/run/token': 'subject\n', '/var/run/token.json': '{"value": "subject"}' });

  it('exchanges the token of a file', async () => {
    const step = await begin(federated, { secrets });
    expect(`${step.request.origin}${step.request.path}`).toBe('https://sts.googleapis.com/v1/token');
    expect(formOf(step)).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: federated.audience,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: 'subject',
    });
    expect(await answer(step, { access_token: 'token', expires_in: 60 })).toEqual({
      credentials: { accessToken: 'token', vertexProject: '424242' },
      expiresAtMs: nowMs + 60_000,
    });
  });

  it('reads a token in JSON, and names its client', async () => {
    const format = { type: 'json', subject_token_field_name: 'value' };
    const file = {
      ...federated,
      client_id: 'a',
      client_secret: 'b',
      credential_source: { file: '/var/run/token.json', format },
    };
    const step = await begin(file, { secrets });
    expect(formOf(step)['subject_token']).toBe('subject');
    expect(step.request.headers['authorization']).toBe(`Basic ${Buffer.from('a:b').toString('base64')}`);
  });

  it('charges the project of a workforce pool', async () => {
    const step = await begin({ ...federated, workforce_pool_user_project: 'payer' }, { secrets });
    expect(formOf(step)['options']).toBe('{"userProject":"payer"}');
  });

  it('asks an address for its token first, and acts as a service account last', async () => {
    const source = {
      url: 'http://169.254.169.254/token?x=1',
      headers: { Metadata: 'True' },
      format: { type: 'json', subject_token_field_name: 'access_token' },
    };
    const file = {
      ...federated,
      credential_source: source,
      service_account_impersonation_url: impersonationUrl,
      service_account_impersonation: { token_lifetime_seconds: 1_800 },
    };
    const first = await begin(file);
    expect(first.request).toEqual({
      method: 'GET',
      origin: 'http://169.254.169.254',
      path: '/token?x=1',
      headers: { metadata: 'True' },
    });
    const second = asRequest(await answer(first, { access_token: 'subject' }));
    expect(formOf(second)['subject_token']).toBe('subject');
    const third = asRequest(await answer(second, { access_token: 'federated', expires_in: 60 }));
    expect(`${third.request.origin}${third.request.path}`).toBe(impersonationUrl);
    expect(third.request.headers['authorization']).toBe('Bearer federated');
    expect(JSON.parse(String(third.request.body))).toEqual({
      scope: ['https://www.googleapis.com/auth/cloud-platform'],
      lifetime: '1800s',
    });
    expect(await answer(third, { accessToken: 'final', expireTime: '2026-01-02T04:04:05.123456Z' })).toMatchObject({
      credentials: { accessToken: 'final' },
      expiresAtMs: Date.UTC(2026, 0, 2, 4, 4, 5, 123),
    });
  });

  it.each([
    [{ ...federated, credential_source: { file: '/absent' } }, 'cannot be read'],
    [{ ...federated, credential_source: { executable: { command: 'x' } } }, 'credential_source'],
    [{ ...federated, credential_source: { environment_id: 'aws1', url: 'http://169.254.169.254/x' } }, 'not supported'],
    [{ ...federated, credential_source: { url: 'file:///etc/passwd' } }, 'http(s)'],
    [{ ...federated, credential_source: { file: '/var/run/token', format: { type: 'json' } } }, 'format'],
    [{ ...federated, token_url: 'https://evil.example/v1/token' }, 'token_url'],
    [{ ...federated, service_account_impersonation_url: 'https://evil.example/x' }, 'impersonation_url'],
    [{ ...federated, audience: '' }, 'audience'],
  ])('that leads nowhere is refused: %#', async (file, said) => {
    const error = await failure(() => begin(file, { secrets }));
    expect(error).toMatchObject({ code: 'upstream_authentication' });
    expect(error.message).toContain(said);
  });

  it('passes on that the address of its token failed', async () => {
    const step = await begin({ ...federated, credential_source: { url: 'http://169.254.169.254/t' } });
    const error = await failure(() => answer(step, { error: 'not here' }, 404));
    expect(error.message).toContain('not here');
  });
});

describe('an impersonated service account', () => {
  it.each([
    ['a user', user],
    ['a service account', serviceAccount],
  ])('acts through %s', async (_source, source) => {
    const file = {
      type: 'impersonated_service_account',
      service_account_impersonation_url: impersonationUrl,
      delegates: ['projects/-/serviceAccounts/x'],
      source_credentials: source,
      quota_project_id: 'payer',
    };
    const second = asRequest(await answer(await begin(file), { access_token: 'source' }));
    expect(second.request.headers['authorization']).toBe('Bearer source');
    expect(JSON.parse(String(second.request.body))).toMatchObject({ delegates: file.delegates, lifetime: '3600s' });
    const done = await answer(second, { accessToken: 'final', expireTime: '2026-01-02T04:04:05Z' });
    expect(done).toMatchObject({
      credentials: { accessToken: 'final', vertexProject: 'payer', quotaProject: 'payer' },
    });
  });

  it('names the account and the role where that is refused', async () => {
    const file = {
      type: 'impersonated_service_account',
      service_account_impersonation_url: impersonationUrl,
      source_credentials: user,
    };
    const second = asRequest(await answer(await begin(file), { access_token: 'source' }));
    const error = await failure(() => answer(second, { error: { status: 'PERMISSION_DENIED', message: 'no' } }, 403));
    expect(error.message).toContain('bot@acme.iam.gserviceaccount.com');
    expect(error.message).toContain('Token Creator');
  });
});

describe('credentials that are found', () => {
  const find = async (secrets: SecretSource, settings: Readonly<Record<string, unknown>> = {}): Promise<Step> =>
    exchangeCredentials({ credentials: {}, settings, secrets, endpoint, nowMs });
  const text = JSON.stringify(user);

  it('come from the file that GOOGLE_APPLICATION_CREDENTIALS names', async () => {
    const secrets = machine({ '/adc.json': text }, { GOOGLE_APPLICATION_CREDENTIALS: '/adc.json', HOME: '/home/x' });
    expect(formOf(asRequest(await find(secrets)))['refresh_token']).toBe('refresh');
    const error = await failure(() => find(machine({}, { GOOGLE_APPLICATION_CREDENTIALS: '/adc.json' })));
    expect(error.message).toContain('GOOGLE_APPLICATION_CREDENTIALS');
  });

  it.each([
    ['/home/x/.config/gcloud/application_default_credentials.json', { HOME: '/home/x' }],
    ['/cfg/application_default_credentials.json', { HOME: '/home/x', CLOUDSDK_CONFIG: '/cfg' }],
    ['C:\\Data/gcloud/application_default_credentials.json', { APPDATA: 'C:\\Data' }],
  ])('come from %s', async (path, variables) => {
    const step = asRequest(await find(machine({ [path]: text }, variables)));
    expect(formOf(step)['refresh_token']).toBe('refresh');
  });

  it('come from the metadata server else, with the machine’s project where none is set', async () => {
    const step = asRequest(await find(machine({}, { HOME: '/home/x' })));
    expect(step.request).toEqual({
      method: 'GET',
      origin: 'http://metadata.google.internal',
      path: '/computeMetadata/v1/instance/service-accounts/default/token',
      headers: { 'metadata-flavor': 'Google' },
    });
    const second = asRequest(await answer(step, { access_token: 'token', expires_in: 300 }));
    expect(second.request.path).toBe('/computeMetadata/v1/project/project-id');
    expect(await answer(second, 'machine-project\n')).toEqual({
      credentials: { accessToken: 'token', vertexProject: 'machine-project' },
      expiresAtMs: nowMs + 300_000,
    });
    expect(await answer(second, 'no', 404)).toMatchObject({ credentials: { accessToken: 'token' } });
  });

  it('ask the metadata server at another host, and for no project where one is set', async () => {
    const secrets = machine({}, { GCE_METADATA_HOST: '169.254.169.254' });
    const step = asRequest(await find(secrets, { vertex_project: 'set' }));
    expect(step.request.origin).toBe('http://169.254.169.254');
    expect(await answer(step, { access_token: 'token' })).toMatchObject({ credentials: { vertexProject: 'set' } });
  });

  it('are the operator’s: a deployment that may not use them has to bring its own', async () => {
    const error = await failure(() => find(noSecrets));
    expect(error).toMatchObject({ code: 'upstream_authentication' });
    expect(error.message).toContain('vertex_credentials');
  });

  it('are not looked for where there is a key', async () => {
    const context = { credentials: { apiKey: 'key' }, settings: {}, secrets: machine(), endpoint, nowMs };
    expect(await exchangeCredentials(context)).toBeUndefined();
  });
});
