/** Which records of virtual keys become principals, and what the others are told. */
import { keyRecord } from '../testing/key-record.js';
import { principalOfKey } from './virtual-key.js';

const now = Date.UTC(2030, 0, 1);
const record = (given: Parameters<typeof keyRecord>[0] = {}): ReturnType<typeof keyRecord> =>
  keyRecord({ keyAlias: 'alias', models: ['m'], tags: ['paid'], userId: 'user-1', ...given });

it('makes an internal user with the key’s own models', () => {
  expect(principalOfKey(record(), now)).toEqual({
    role: 'internal_user',
    keyHash: 'a'.repeat(64),
    keyAlias: 'alias',
    userId: 'user-1',
    teamId: undefined,
    models: ['m'],
    tags: ['paid'],
  });
  expect(Object.isFrozen(principalOfKey(record(), now))).toBe(true);
});

it.each([
  ['nobody', null, 'invalid_key', 'token_not_found_in_db'],
  ['a blocked key', record({ refusal: { code: 'blocked_key' } }), 'blocked_key', 'auth_error'],
  ['an expired key', record({ expiresAtMs: now - 1 }), 'expired_key', 'expired_key'],
  ['a key that expires this very moment', record({ expiresAtMs: now }), 'expired_key', 'expired_key'],
  [
    'a key of a blocked team',
    record({ refusal: { code: 'blocked_owner', facts: { kind: 'team', id: 't' } } }),
    'blocked_owner',
    'auth_error',
  ],
  [
    'a key of a deleted user',
    record({ refusal: { code: 'deleted_owner', facts: { kind: 'user', id: 'u' } } }),
    'deleted_owner',
    'auth_error',
  ],
  ['a replaced key after its time', record({ replacedUntilMs: now }), 'invalid_key', 'token_not_found_in_db'],
  [
    'a key that is blocked and expired',
    record({ refusal: { code: 'blocked_key' }, expiresAtMs: now - 1 }),
    'blocked_key',
    'auth_error',
  ],
])('refuses %s with 401', (_what, given, code, type) => {
  expect(() => principalOfKey(given, now)).toThrow(expect.objectContaining({ code, status: 401, type }));
});

it('names the field of an unknown key and both times of an expired one', () => {
  expect(() => principalOfKey(null, now)).toThrow(expect.objectContaining({ param: 'key' }));
  expect(() => principalOfKey(record({ expiresAtMs: now - 1_000 }), now)).toThrow(
    'Expiry time 2029-12-31T23:59:59.000Z and current time 2030-01-01T00:00:00.000Z',
  );
});

it('lets a key through until it expires, and looks again each time', () => {
  const expiring = record({ expiresAtMs: now + 1 });
  expect(principalOfKey(expiring, now)).toBe(principalOfKey(expiring, now));
  expect(() => principalOfKey(expiring, now + 1)).toThrow(expect.objectContaining({ code: 'expired_key' }));
});

it('lets a replaced key through as the current one until its time is over', () => {
  const replaced = record({ token: 'c'.repeat(64), replacedUntilMs: now + 1 });
  expect(principalOfKey(replaced, now).keyHash).toBe('c'.repeat(64));
  expect(() => principalOfKey(replaced, now + 1)).toThrow(expect.objectContaining({ code: 'invalid_key' }));
});

it('carries what narrows the key, and leaves out what does not', () => {
  const plain = principalOfKey(record(), now);
  for (const absent of ['modelLevels', 'modelAliases', 'allowedRoutes', 'allowedAddresses', 'enforcedParams'])
    expect(plain).not.toHaveProperty(absent);
  const narrowed = principalOfKey(record({ allowedIps: ['10.0.0.0/8', 'none'], allowedRoutes: ['/v1/*'] }), now);
  expect(narrowed.allowedAddresses?.holds('10.9.9.9')).toBe(true);
  expect(narrowed.allowedAddresses?.holds('11.0.0.1')).toBe(false);
  expect(principalOfKey(record({ allowedIps: ['none'] }), now).allowedAddresses?.holds('10.0.0.1')).toBe(false);
});
