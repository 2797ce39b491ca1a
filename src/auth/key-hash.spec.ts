/** Keys are stored as plain SHA-256 in hex, as LiteLLM stores them, so that its rows can be read. */
import { createHash } from 'node:crypto';
import { keyHash } from './key-hash.js';

it('is the SHA-256 of the key’s UTF-8, in lower-case hex', () => {
  expect(keyHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(keyHash('ü')).toBe(
    createHash('sha256')
      .update(Buffer.from([0xc3, 0xbc]))
      .digest('hex'),
  );
});
