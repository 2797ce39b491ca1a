import { checkEncryptionKeys, readEncryptionKeys } from './encryption-keys.js';

const one = '5f0c1a9d7be24836a1c2d3e4f5061728';
const two = '9b8a7c6d5e4f30211203f4e5d6c7b8a9';
const origin = { file: 'config.yaml', line: 0, path: '' };
const messages = (environment: Record<string, string>, masterKey = 'sk-another') =>
  checkEncryptionKeys(environment, masterKey, origin).map(({ message }) => message);

describe('readEncryptionKeys', () => {
  it.each([
    ['nothing', {}, []],
    ['a list with commas and blanks', { TOLLGATE_ENCRYPTION_KEY: ` ${one},\n${two} ` }, [one, two]],
    ['the same key twice', { TOLLGATE_ENCRYPTION_KEY: `${one},${one}` }, [one]],
    ['the salt key of LiteLLM', { LITELLM_SALT_KEY: two }, [two]],
    ['both: its own', { TOLLGATE_ENCRYPTION_KEY: one, LITELLM_SALT_KEY: two }, [one]],
    ['an empty list: the salt key', { TOLLGATE_ENCRYPTION_KEY: ' , ', LITELLM_SALT_KEY: two }, [two]],
    ['a master key, which never is one', { LITELLM_MASTER_KEY: one, TOLLGATE_MASTER_KEY: two }, []],
  ])('%s', (_, environment, keys) => {
    expect(readEncryptionKeys(environment)).toEqual(keys);
  });
});

describe('checkEncryptionKeys', () => {
  it('takes good ones', () => {
    expect(messages({ TOLLGATE_ENCRYPTION_KEY: `${one},${two}` })).toEqual([]);
    expect(messages({})).toEqual([]);
  });

  it.each([
    ['zmq7', 'is shorter than 32 characters'],
    ['sk-1234', 'is a published one'],
    ['a'.repeat(40), 'is a repetition'],
    ['sk-change-me-please-0123456789-abcdefgh', 'is the placeholder'],
  ])('refuses %s, names the member, and repeats nothing of it', (key, fault) => {
    const [message = '', ...others] = messages({ TOLLGATE_ENCRYPTION_KEY: `${one},${key}` });
    expect(others).toEqual([]);
    expect(message).toContain(`member 2 of TOLLGATE_ENCRYPTION_KEY) ${fault}`);
    expect(message).toContain('openssl rand -hex 32');
    expect(message).not.toContain(key);
  });

  it('refuses a weak salt key and says how to go on without it', () => {
    expect(messages({ LITELLM_SALT_KEY: 'sk-1234' })[0]).toMatch(
      /LITELLM_SALT_KEY\) is .* set it as TOLLGATE_ENCRYPTION_KEY/,
    );
  });

  it('refuses the master key', () => {
    expect(messages({ TOLLGATE_ENCRYPTION_KEY: one }, one)[0]).toContain('is the master key too');
  });
});
