import { jwtVerify } from 'jose';
import { createHash, generateKeyPairSync } from 'node:crypto';
import type { ExchangeContext, ExchangedCredentials } from '../../spec/credential-exchange.js';
import { noSecrets } from '../../spec/secret-source.js';
import { authenticate, makeKeyPairToken } from './credentials.js';
import { snowflake } from './index.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const nowMs = 1_735_689_600_000;
const request = { method: 'POST' as const, origin: 'https://a.snowflakecomputing.com', path: '/', headers: {} };
const account = { account_id: 'myorg-acct1.eu-central-1', snowflake_user: 'ada' };

async function make(
  given: Pick<ExchangeContext, 'credentials' | 'settings'>,
): Promise<ExchangedCredentials | undefined> {
  const endpoint = { origin: request.origin, basePath: '' };
  return (await makeKeyPairToken({ ...given, secrets: noSecrets, endpoint, nowMs })) as
    ExchangedCredentials | undefined;
}

it('signs a token with the key pair that names the user and the key', async () => {
  // Variables often hold the line ends of a key as two characters.
  const made = await make({ credentials: { privateKey: pem.replaceAll('\n', '\\n') }, settings: account });
  const { payload } = await jwtVerify(made?.credentials['keyPairToken'] ?? '', publicKey, {
    currentDate: new Date(nowMs),
  });
  const digest = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  expect(payload).toEqual({
    iss: `MYORG-ACCT1.ADA.SHA256:${digest}`,
    sub: 'MYORG-ACCT1.ADA',
    iat: nowMs / 1_000,
    exp: nowMs / 1_000 + 3_540,
  });
  expect(made?.expiresAtMs).toBe(nowMs + 3_540_000);
  expect(authenticate(request, made?.credentials ?? {}).headers).toMatchObject({
    'x-snowflake-authorization-token-type': 'KEYPAIR_JWT',
  });
});

it('says what is wrong with a key, without showing it', async () => {
  const bad = make({ credentials: { privateKey: 'hush' }, settings: account });
  await expect(bad).rejects.toMatchObject({ code: 'upstream_authentication' });
  await expect(bad).rejects.not.toThrow('hush');
  const incomplete = (): unknown =>
    makeKeyPairToken({
      credentials: { privateKey: pem },
      settings: {},
      secrets: noSecrets,
      endpoint: { origin: request.origin, basePath: '' },
      nowMs,
    });
  expect(incomplete).toThrow('SNOWFLAKE_USER');
});

it('takes tokens as they are', async () => {
  expect(await make({ credentials: { apiKey: 'pat/x', privateKey: pem }, settings: account })).toBeUndefined();
  expect(authenticate(request, { apiKey: 'eyJ' }).headers).toEqual({ authorization: 'Bearer eyJ' });
  expect(() => authenticate(request, {})).toThrow('SNOWFLAKE_PRIVATE_KEY');
});

it('finds the account by its name only where that is one', () => {
  expect(snowflake.locate?.({ account_id: 'evil.test/x' }, undefined)).toBeUndefined();
  expect(snowflake.locate?.({}, 'https://proxy.acme.test/snow')).toBe('https://proxy.acme.test/snow');
});
