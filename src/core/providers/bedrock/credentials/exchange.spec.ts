/** Every way from AWS credentials to keys, with made-up answers of the services that are asked. */
import { GatewayError } from '../../../errors/gateway-error.js';
import type { CredentialRequest, ExchangeContext, ExchangedCredentials } from '../../../spec/credential-exchange.js';
import { noSecrets, type SecretSource } from '../../../spec/secret-source.js';
import { awsCredentialExchange } from './exchange.js';

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const own = { awsAccessKeyId: 'AKIDOWN', awsSecretAccessKey: 'own-secret' };
const arn = 'arn:aws:iam::123456789012:role/gateway';
const expiration = nowMs + 3_600_000;
const issued = { AccessKeyId: 'ASIANEW', SecretAccessKey: 'new-secret', SessionToken: 'new-session' };
const exchanged = {
  credentials: { awsAccessKeyId: 'ASIANEW', awsSecretAccessKey: 'new-secret', awsSessionToken: 'new-session' },
  expiresAtMs: expiration,
};

type Step = ExchangedCredentials | CredentialRequest | undefined;

function machine(
  files: Readonly<Record<string, string>> = {},
  variables: Readonly<Record<string, string>> = {},
): SecretSource {
  return { file: (path) => files[path], variable: (name) => ({ HOME: '/home/me', ...variables })[name] };
}

async function begin(context: Partial<ExchangeContext>): Promise<Step> {
  const endpoint = { origin: 'https://bedrock-runtime.eu-west-1.amazonaws.com', basePath: '' };
  const given = { credentials: {}, settings: {}, secrets: machine(), endpoint, nowMs, ...context };
  return awsCredentialExchange('bedrock')(given);
}

function asRequest(step: Step): CredentialRequest {
  if (!step || !('request' in step)) throw new Error('There is nothing to send.');
  return step;
}

async function answer(step: Step, body: unknown, status = 200): Promise<Step> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return asRequest(step).read({ status, headers: {}, body: Buffer.from(text) }, nowMs);
}

const stsAnswer = (action: string): unknown => ({
  [`${action}Response`]: {
    [`${action}Result`]: {
      AssumedRoleUser: { Arn: arn },
      Credentials: { ...issued, Expiration: expiration / 1_000 },
    },
    ResponseMetadata: { RequestId: '1' },
  },
});
const metadataAnswer = {
  Code: 'Success',
  AccessKeyId: 'ASIANEW',
  SecretAccessKey: 'new-secret',
  Token: 'new-session',
  Expiration: new Date(expiration).toISOString(),
};

function formOf(step: Step): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(String(asRequest(step).request.body)));
}

describe('credentials that go out as they are', () => {
  it.each([{ apiKey: 'key' }, { awsBearerToken: 'token' }, own])('%j', async (credentials) => {
    expect(await begin({ credentials })).toBeUndefined();
  });

  it('a configured API key goes before a role', async () => {
    expect(await begin({ credentials: { apiKey: 'key' }, settings: { aws_role_name: arn } })).toBeUndefined();
  });
});

describe('a configured role', () => {
  it('is assumed with the configured keys', async () => {
    const settings = {
      aws_role_name: arn,
      aws_session_name: 'me',
      aws_external_id: 'x1',
      aws_region_name: 'eu-west-1',
    };
    const step = await begin({ credentials: own, settings });
    const { request } = asRequest(step);
    expect(`${request.method} ${request.origin}${request.path}`).toBe('POST https://sts.eu-west-1.amazonaws.com/');
    expect(request.headers['accept']).toBe('application/json');
    expect(request.headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDOWN\/20260102\/eu-west-1\/sts\/aws4_request, /,
    );
    expect(formOf(step)).toEqual({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: arn,
      RoleSessionName: 'me',
      ExternalId: 'x1',
    });
    expect(await answer(step, stsAnswer('AssumeRole'))).toEqual(exchanged);
  });

  it('is read from XML too', async () => {
    const step = await begin({
      credentials: own,
      settings: { aws_role_name: arn, aws_sts_endpoint: 'https://sts.example/p' },
    });
    expect(asRequest(step).request).toMatchObject({ origin: 'https://sts.example', path: '/p' });
    const members = Object.entries({
      ...issued,
      SessionToken: 'a&amp;b',
      Expiration: new Date(expiration).toISOString(),
    });
    const xml = members.map(([name, value]) => `<${name}>${value}</${name}>`).join('\n');
    expect(await answer(step, `<AssumeRoleResponse><Credentials>${xml}</Credentials></AssumeRoleResponse>`)).toEqual({
      ...exchanged,
      credentials: { ...exchanged.credentials, awsSessionToken: 'a&b' },
    });
  });

  it.each([
    [
      { Error: { Code: 'AccessDenied', Message: 'not authorized to perform sts:AssumeRole' } },
      'AccessDenied: not authorized',
    ],
    [
      '<ErrorResponse><Error><Code>ExpiredToken</Code><Message>old</Message></Error></ErrorResponse>',
      'ExpiredToken: old',
    ],
    ['<html>', 'the status 403'],
  ])('says why it was refused: %j', async (body, reason) => {
    const step = await begin({ credentials: own, settings: { aws_role_name: arn } });
    const failing = answer(step, body, 403);
    await expect(failing).rejects.toThrow(GatewayError);
    await expect(failing).rejects.toMatchObject({ code: 'upstream_authentication', provider: 'bedrock' });
    await expect(failing).rejects.toThrow(reason);
  });

  it.each([
    ['header.payload.signature', {}, {}],
    ['/var/token', { '/var/token': 'header.payload.signature\n' }, {}],
    ['oidc/file/var/token', { '/var/token': 'header.payload.signature' }, {}],
    ['oidc/env/TOKEN', {}, { TOKEN: 'header.payload.signature' }],
    ['oidc/env_path/TOKEN_FILE', { '/t': 'header.payload.signature' }, { TOKEN_FILE: '/t' }],
  ])('is assumed with the token of an identity provider, given as %s', async (token, files, variables) => {
    const settings = { aws_role_name: arn, aws_web_identity_token: token };
    const step = await begin({ settings, secrets: machine(files, variables) });
    expect(asRequest(step).request.headers['authorization']).toBeUndefined();
    expect(formOf(step)).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      WebIdentityToken: 'header.payload.signature',
      RoleSessionName: 'tollgate',
    });
    expect(await answer(step, stsAnswer('AssumeRoleWithWebIdentity'))).toEqual(exchanged);
  });

  it('is the pod own role already where both are the same', async () => {
    const secrets = machine({ '/t': 'jwt' }, { AWS_WEB_IDENTITY_TOKEN_FILE: '/t', AWS_ROLE_ARN: arn });
    const step = await begin({ settings: { aws_role_name: arn }, secrets });
    expect(await answer(step, stsAnswer('AssumeRoleWithWebIdentity'))).toEqual(exchanged);
  });

  it('is assumed with what the machine has', async () => {
    const secrets = machine({ '/t': 'jwt' }, { AWS_WEB_IDENTITY_TOKEN_FILE: '/t', AWS_ROLE_ARN: `${arn}-pod` });
    const first = await begin({ settings: { aws_role_name: arn }, secrets });
    expect(formOf(first)).toMatchObject({ RoleArn: `${arn}-pod` });
    const second = await answer(first, stsAnswer('AssumeRoleWithWebIdentity'));
    expect(asRequest(second).request.headers['authorization']).toContain('Credential=ASIANEW/');
    expect(asRequest(second).request.headers['x-amz-security-token']).toBe('new-session');
    expect(await answer(second, stsAnswer('AssumeRole'))).toEqual(exchanged);
  });
});

describe('profiles', () => {
  const files = {
    '/home/me/.aws/credentials': [
      '# mine',
      '[default]',
      'aws_access_key_id = AKIDDEFAULT',
      'aws_secret_access_key = default-secret',
      '[keys]',
      'aws_access_key_id=AKIDKEYS',
      'aws_secret_access_key=keys-secret ; note',
      'aws_session_token=keys-session',
    ].join('\n'),
    '/home/me/.aws/config': [
      '[profile keys]',
      'region = eu-west-1',
      's3 =',
      '  max_concurrent_requests = 20',
      '[profile role]',
      `role_arn = ${arn}`,
      'source_profile = keys',
      'external_id = x2',
      '[profile loop]',
      `role_arn = ${arn}`,
      'source_profile = loop',
      '[profile instance]',
      `role_arn = ${arn}`,
      'credential_source = Ec2InstanceMetadata',
      '[profile sso]',
      'sso_start_url = https://x.example',
    ].join('\r\n'),
  };
  const secrets = machine(files);
  const keys = {
    credentials: { awsAccessKeyId: 'AKIDKEYS', awsSecretAccessKey: 'keys-secret', awsSessionToken: 'keys-session' },
    expiresAtMs: nowMs + 900_000,
  };

  it('give their keys, and go before keys of the environment', async () => {
    expect(await begin({ credentials: own, settings: { aws_profile_name: 'keys' }, secrets })).toEqual(keys);
  });

  it('are found by AWS_PROFILE, and by being the default one', async () => {
    expect(await begin({ secrets: machine(files, { AWS_PROFILE: 'keys' }) })).toEqual(keys);
    expect(await begin({ secrets })).toMatchObject({ credentials: { awsAccessKeyId: 'AKIDDEFAULT' } });
  });

  it('are read from the files that variables name', async () => {
    const elsewhere = machine({ '/c': files['/home/me/.aws/credentials'] }, { AWS_SHARED_CREDENTIALS_FILE: '/c' });
    expect(await begin({ settings: { aws_profile_name: 'keys' }, secrets: elsewhere })).toEqual(keys);
  });

  it('assume their role with the keys of another', async () => {
    const step = await begin({ settings: { aws_profile_name: 'role' }, secrets });
    expect(asRequest(step).request.headers['authorization']).toContain('Credential=AKIDKEYS/');
    expect(formOf(step)).toMatchObject({ RoleArn: arn, ExternalId: 'x2' });
    expect(await answer(step, stsAnswer('AssumeRole'))).toEqual(exchanged);
  });

  it('assume their role with those of the instance', async () => {
    const step = await begin({ settings: { aws_profile_name: 'instance' }, secrets });
    expect(asRequest(step).request.path).toBe('/latest/api/token');
  });

  it.each([
    ['loop', 'leads back to itself'],
    ['sso', 'has neither keys nor a role'],
    ['nobody', 'is not in'],
  ])('%s is refused in words', async (name, reason) => {
    const failing = begin({ settings: { aws_profile_name: name }, secrets });
    await expect(failing).rejects.toMatchObject({ code: 'upstream_authentication' });
    await expect(failing).rejects.toThrow(reason);
  });
});

describe('machines', () => {
  it('as containers ask for their keys, with the token of a file', async () => {
    const variables = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/t',
    };
    const step = await begin({ secrets: machine({ '/t': 'pod-token\n' }, variables) });
    expect(asRequest(step).request).toEqual({
      method: 'GET',
      origin: 'http://169.254.170.23',
      path: '/v1/credentials',
      headers: { authorization: 'pod-token' },
    });
    expect(await answer(step, metadataAnswer)).toEqual(exchanged);
  });

  it('as containers on ECS know a path only', async () => {
    const secrets = machine({}, { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/creds?id=1' });
    const { request } = asRequest(await begin({ secrets }));
    expect(`${request.origin}${request.path}`).toBe('http://169.254.170.2/v2/creds?id=1');
  });

  it('do not send a token to just any host without encryption', async () => {
    const secrets = machine({}, { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://evil.example/' });
    await expect(begin({ secrets })).rejects.toMatchObject({ code: 'upstream_authentication' });
  });

  it('as instances give a session token, a role and its keys', async () => {
    const first = await begin({});
    expect(asRequest(first).request).toMatchObject({
      method: 'PUT',
      origin: 'http://169.254.169.254',
      path: '/latest/api/token',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' },
    });
    expect(asRequest(first).unreachable).toContain('aws_access_key_id');
    const second = await answer(first, 'imds-token');
    expect(asRequest(second).request).toMatchObject({
      method: 'GET',
      path: '/latest/meta-data/iam/security-credentials/',
      headers: { 'x-aws-ec2-metadata-token': 'imds-token' },
    });
    const third = await answer(second, 'my-role\n');
    expect(asRequest(third).request.path).toBe('/latest/meta-data/iam/security-credentials/my-role');
    expect(await answer(third, metadataAnswer)).toEqual(exchanged);
  });

  it('as instances without a role say so', async () => {
    const second = await answer(await begin({}), 'imds-token');
    await expect(answer(second, '', 404)).rejects.toThrow('no role');
    const third = await answer(second, 'my-role');
    await expect(answer(third, { Code: 'Failed' })).rejects.toMatchObject({ code: 'upstream_authentication' });
  });

  it('are not asked where that is switched off, nor for deployments that somebody else wrote', async () => {
    await expect(begin({ secrets: machine({}, { AWS_EC2_METADATA_DISABLED: 'true' }) })).rejects.toThrow(GatewayError);
    const foreign = [
      {},
      { aws_role_name: arn },
      { aws_profile_name: 'keys' },
      { aws_role_name: arn, aws_web_identity_token: '/t' },
    ];
    for (const settings of foreign) {
      await expect(begin({ settings, secrets: noSecrets })).rejects.toMatchObject({ code: 'upstream_authentication' });
    }
  });
});
