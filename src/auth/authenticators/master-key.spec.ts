/** The master key is recognised by its digest, compared in constant time. */
import crypto from 'node:crypto';
import { MasterKeyAuthenticator } from './master-key.js';

const digestOf = (key: string): Buffer => crypto.createHash('sha256').update(key).digest();
const authenticator = new MasterKeyAuthenticator('sk-master');

it('makes the one who has it a proxy admin, known in the ledger by the key’s hash alone', () => {
  const principal = authenticator.authenticate(digestOf('sk-master'));
  expect(principal).toEqual({
    role: 'proxy_admin',
    isMaster: true,
    keyHash: digestOf('sk-master').toString('hex'),
    keyAlias: undefined,
    userId: 'default_user_id',
    teamId: undefined,
    models: [],
    tags: [],
  });
});

it.each(['sk-maste', 'sk-master ', 'SK-MASTER', '', 'sk-mastes'])('knows nobody by %j', (key) => {
  expect(authenticator.authenticate(digestOf(key))).toBeNull();
});

it('compares whole digests of equal length, never keys', () => {
  const compare = jest.spyOn(crypto, 'timingSafeEqual');
  for (const key of ['', 'x', 'sk-master', 'y'.repeat(1_000)]) authenticator.authenticate(digestOf(key));
  expect(compare.mock.calls.map(([one, other]) => [one.byteLength, other.byteLength])).toEqual(Array(4).fill([32, 32]));
  compare.mockRestore();
});
