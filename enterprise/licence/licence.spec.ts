/** The attack: a licence that nobody sold, or one that was changed. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { checkLicence, licenses } from './licence.js';
import { licencePublicKeys } from './public-keys.js';

const pair = generateKeyPairSync('ed25519');
const publicText = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');
const keys = [publicText(pair.publicKey)];
const claims = { customer: 'Acme', features: ['audit_export'], expires: '2030-01-01T00:00:00.000Z' };
const before = Date.parse('2029-12-31T00:00:00Z');

function signed(value: unknown, key = pair.privateKey, scheme = 'tollgate1'): string {
  const text = `${scheme}.${Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')}`;
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
}

it('a signed licence holds until it ends, and for what it names', () => {
  const check = checkLicence(` ${signed(claims)}\n`, keys, before);
  expect(check).toEqual({ valid: true, licence: { ...claims, expires: new Date(claims.expires) } });
  expect(check.valid && licenses(check.licence, 'audit_export')).toBe(true);
  const other = checkLicence(signed({ ...claims, features: ['sso'] }), keys, before);
  expect(other.valid && licenses(other.licence, 'audit_export')).toBe(false);
  expect(checkLicence(signed(claims), keys, Date.parse(claims.expires))).toMatchObject({
    reason: 'the licence of Acme ended on 2030-01-01. Renew it',
  });
});

const [head, payload, signature] = signed(claims).split('.') as [string, string, string];
const richer = Buffer.from(JSON.stringify({ ...claims, features: ['*'] })).toString('base64url');

it.each([
  ['none', undefined],
  ['an empty one', '  '],
  ['no token', 'yes'],
  ['changed claims', `${head}.${richer}.${signature}`],
  ['no signature', `${head}.${payload}.`],
  ['a cut signature', `${head}.${payload}.${signature.slice(0, -2)}`],
  ['another spelling of the signature', `${head}.${payload}.${signature}=`],
  ['another scheme', signed(claims, pair.privateKey, 'none')],
  ['a part more', `${signed(claims)}.x`],
  ["somebody else's key", signed(claims, generateKeyPairSync('ed25519').privateKey)],
  ['no JSON', signed('not json')],
  ['no claims', signed(null)],
  ['features as text', signed({ ...claims, features: 'audit_export' })],
  ['an end that is no date', signed({ ...claims, expires: 'never' })],
  ['a megabyte', `${head}.${'a'.repeat(1_000_000)}.${signature}`],
])('%s is refused, with what to do', (_, token) => {
  const check = checkLicence(token, keys, before);
  expect(check).toMatchObject({ valid: false, reason: expect.stringMatching(/\. ?(Set|Update)/) });
});

it('the keys that are built in sign nothing that was made here', () => {
  expect(licencePublicKeys.length).toBeGreaterThan(0);
  expect(checkLicence(signed(claims), licencePublicKeys, before)).toMatchObject({ valid: false });
});
