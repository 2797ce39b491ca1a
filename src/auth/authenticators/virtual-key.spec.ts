/** Which records of virtual keys become principals, and what the others are told. */
import type { VirtualKeyRecord } from '../virtual-key.repository.js';
import { principalOfKey } from './virtual-key.js';

const now = Date.UTC(2030, 0, 1);
const record = (given: Partial<VirtualKeyRecord> = {}): VirtualKeyRecord => ({
  token: 'a'.repeat(64),
  keyAlias: 'alias',
  models: ['m'],
  tags: ['paid'],
  expiresAtMs: null,
  blocked: false,
  userId: 'user-1',
  teamId: null,
  ...given,
});

it('makes an internal user with the key’s own models, never an admin', () => {
  expect(principalOfKey(record(), now)).toEqual({
    role: 'internal_user',
    keyHash: 'a'.repeat(64),
    keyAlias: 'alias',
    userId: 'user-1',
    teamId: undefined,
    models: ['m'],
    tags: ['paid'],
  });
  expect(principalOfKey(record({ userId: 'default_user_id' }), now).role).toBe('internal_user');
});

it.each([
  ['nobody', null, 'invalid_key', 'token_not_found_in_db'],
  ['a blocked key', record({ blocked: true }), 'blocked_key', 'auth_error'],
  ['an expired key', record({ expiresAtMs: now - 1 }), 'expired_key', 'expired_key'],
  ['a key that expires this very moment', record({ expiresAtMs: now }), 'expired_key', 'expired_key'],
  ['a key that is blocked and expired', record({ blocked: true, expiresAtMs: now - 1 }), 'blocked_key', 'auth_error'],
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
