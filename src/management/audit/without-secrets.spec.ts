/** The attack: whoever may read the audit log looks in it for credentials that others have set. */
import { createHmac } from 'node:crypto';
import { auditSecretKey } from './audit-secret-key.js';
import { textWithoutSecrets, withoutSecrets } from './without-secrets.js';

const key = auditSecretKey('a-secret-of-the-installation');
const hmac = (secret: string): string => `hmac:${createHmac('sha256', key).update(secret).digest('hex')}`;

const secret = 'zQ9-plain-looking-value';

it.each([
  { api_key: secret },
  { apiKey: secret },
  { 'X-Api-Key': secret },
  { aws_access_key_id: secret },
  { aws_secret_access_key: secret },
  { aws_session_token: secret },
  { azure_ad_token: secret },
  { client_secret: secret },
  { password: secret },
  { passwordHash: secret },
  { key: secret },
  { keys: [secret] },
  { token: secret },
  { sealedParams: secret },
  { slack_webhook_url: secret },
  { credential_values: { anything: secret } },
  { vertex_credentials: { project_id: secret } },
  { litellm_params: { extra_headers: { 'x-tenant': secret } } },
  { environment_variables: { PLAIN: [secret] } },
  { metadata: { logging: [{ callback_vars: { langfuse_host: secret } }] } },
])('%j is told by its HMAC alone', (value) => {
  const text = JSON.stringify(withoutSecrets(value, key));
  expect(text).not.toContain(secret);
  expect(text).toContain(hmac(secret));
});

it.each([
  ['sk-1234567890abcdef', 'sk-1234567890abcdef'],
  ['use sk-1234567890abcdef for it', 'sk-1234567890abcdef'],
  ['Bearer abcdefgh12345678', 'abcdefgh12345678'],
  ['postgresql://app:hunter2hunter2@db/x', 'hunter2hunter2'],
  ['https://x.example/?api_key=abcdef123456', 'abcdef123456'],
  ['Endpoint=a;SharedAccessKey=abcdef123456', 'abcdef123456'],
  ['eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl', 'eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl'],
  ['-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----', '\nabc\n'],
])('a credential is found by its looks, whatever holds it: %s', (text, held) => {
  expect(JSON.stringify(withoutSecrets({ note: text, [text]: 1 }, key))).not.toContain(held);
  expect(textWithoutSecrets(text, key)).toContain('hmac:');
});

it('a number in the place of a password is one', () => {
  expect(withoutSecrets({ password: 123456 }, key)).toEqual({ password: hmac('123456') });
});

it('what is no secret stays readable', () => {
  const plain = {
    key_alias: 'ci',
    key_name: 'sk-...abcd',
    max_tokens: 100,
    input_cost_per_token: 0.5,
    budget_id: 'b1',
    token_id: 'x',
    models: ['gpt-4o'],
    metadata: { note: 'plain text', nothing: null, yes: true },
  };
  expect(withoutSecrets(plain, key)).toEqual(plain);
});

it('dates and big integers are JSON', () => {
  expect(withoutSecrets({ at: new Date(0), nanos: 12n }, key)).toEqual({ at: '1970-01-01T00:00:00.000Z', nanos: '12' });
});

it('the same secret has the same HMAC, and another one under another key', () => {
  const other = auditSecretKey('another-secret');
  expect(withoutSecrets({ password: secret }, key)).toEqual(withoutSecrets({ password: secret }, key));
  expect(withoutSecrets({ password: secret }, other)).not.toEqual(withoutSecrets({ password: secret }, key));
});
