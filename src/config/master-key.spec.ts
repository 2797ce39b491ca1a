import { createHash, randomBytes } from 'node:crypto';
import { findMasterKeyFault } from './master-key.js';
import { publishedMasterKeys } from './published-master-keys.js';

describe('findMasterKeyFault', () => {
  it.each([...publishedMasterKeys])('refuses the published key %s', (key) => {
    expect(findMasterKeyFault(key)).not.toBeNull();
  });

  it.each([
    ['padded with one character', `sk-1234${'0'.repeat(40)}`],
    ['padded with its own last character', `sk-1234${'4'.repeat(40)}`],
    ['repeated', `sk-${'1234'.repeat(10)}`],
    ['in other case and punctuation', `SK_1234${'x'.repeat(40)}`],
  ])('refuses a published key %s', (_, key) => {
    expect(findMasterKeyFault(key)).toContain('published');
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' '.repeat(40)],
    ['31 characters', randomBytes(40).toString('hex').slice(0, 31)],
    ['one character over and over', 'a'.repeat(64)],
    ['a short pattern', 'sk-ab12ab12ab12ab12ab12ab12ab12ab12ab12'],
    ['the alphabet', 'sk-abcdefghijklmnopqrstuvwxyz0123456789'],
    ['digits in order', '1234567890123456789012345678901234567890'],
    ['a placeholder', 'sk-please-change-me-to-something-long-0f9a7c'],
    ['a space within', `sk-0f9a7c3e5b1d4862 ${randomBytes(20).toString('hex')}`],
  ])('refuses %s', (_, key) => {
    expect(findMasterKeyFault(key)).not.toBeNull();
  });

  it('takes random keys, whatever their spelling', () => {
    for (let round = 0; round < 200; round += 1) {
      const bytes = createHash('sha256').update(String(round)).digest();
      for (const key of [
        `sk-${bytes.toString('hex')}`,
        bytes.toString('base64url'),
        `sk-${bytes.toString('base64')}`,
      ]) {
        expect({ key, fault: findMasterKeyFault(key) }).toEqual({ key, fault: null });
      }
    }
  });

  it('takes a key with words in it that is otherwise random', () => {
    expect(findMasterKeyFault('sk-wire-cases-0f9a7c3e5b1d48628e4c')).toBeNull();
  });
});
