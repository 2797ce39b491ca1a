import { auditKeySource, auditSecretKey } from './audit-secret-key.js';

it('the key comes from the first encryption key, else the salt key, else the master key', () => {
  const all = { encryptionKeys: 'new, old', saltKey: 'salt', masterKey: 'master' };
  expect(auditKeySource(all)).toBe('new');
  expect(auditKeySource({ ...all, encryptionKeys: '' })).toBe('salt');
  expect(auditKeySource({ encryptionKeys: undefined, saltKey: '', masterKey: 'master' })).toBe('master');
});

it('what it comes from is not in it', () => {
  expect(auditSecretKey('master')).toHaveLength(32);
  expect(auditSecretKey('master').equals(Buffer.from('master'))).toBe(false);
  expect(auditSecretKey('master').equals(auditSecretKey('other'))).toBe(false);
});
