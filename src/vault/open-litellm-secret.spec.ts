/** Against values that LiteLLM itself has encrypted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLitellmSecret } from './open-litellm-secret.js';

interface Recorded {
  readonly saltKey: string;
  readonly values: readonly { readonly form: string; readonly clear: string; readonly sealed: string }[];
}
const recorded = readFileSync(join(__dirname, '__fixtures__/litellm-secrets.json'), 'utf8');
const { saltKey, values } = JSON.parse(recorded) as Recorded;
const [first] = values;
if (!first) throw new Error('There are recorded values.');

it.each(values)('$form: $clear', ({ clear, sealed }) => {
  expect(openLitellmSecret(sealed, saltKey)).toBe(clear);
});

it('an older form has the alphabet of plain base64', () => {
  const plain = first.sealed.replaceAll('-', '+').replaceAll('_', '/');
  expect(openLitellmSecret(plain, saltKey)).toBe(first.clear);
});

it.each(values)('$form: another key, or any changed byte, is null', ({ sealed }) => {
  expect(openLitellmSecret(sealed, `${saltKey}x`)).toBeNull();
  const prefix = sealed.startsWith('v2:gcm:') ? 'v2:gcm:' : '';
  const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url');
  for (const index of [0, bytes.length >> 1, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(openLitellmSecret(prefix + changed.toString('base64url'), saltKey)).toBeNull();
  }
});

it.each([
  '',
  '*',
  'openai/gpt-4o',
  'os.environ/KEY',
  'v2:gcm:',
  'v2:gcm:AAAA',
  'sk-0123456789abcdef0123456789abcdef0123456789',
])('what is no ciphertext is null: %j', (value) => {
  expect(openLitellmSecret(value, saltKey)).toBeNull();
});
