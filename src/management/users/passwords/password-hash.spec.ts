/** Passwords are argon2id hashes with a salt of their own; nothing else is one, and no hash is a password (S-17). */
import { hashPassword, verifyPassword } from './password-hash.js';

const password = 'Correct-Horse-7-Battery';

it('knows the password again, and no other', async () => {
  const stored = await hashPassword(password);
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await verifyPassword(stored, password)).toBe(true);
  expect(await verifyPassword(stored, `${password} `)).toBe(false);
  expect(await hashPassword(password)).not.toBe(stored);
});

it('a hash presented as the password is refused', async () => {
  const stored = await hashPassword(password);
  expect(await verifyPassword(stored, stored)).toBe(false);
});

it.each([
  null,
  '',
  password,
  'scrypt:c2FsdA==:aGFzaA==',
  '$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g',
  '$2b$10$abcdefghijklmnopqrstuu',
])('with %j in the place of a hash nobody gets in, and nothing fails', async (stored) => {
  expect(await verifyPassword(stored, password)).toBe(false);
});
