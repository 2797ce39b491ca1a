/** Reads the secrets under which stored credentials are encrypted: from the environment alone, each fit for it. */
import { errorAt, type ConfigProblem, type Origin } from './config-problem.js';
import type { Environment } from './environment-references.js';
import { findMasterKeyFault } from './master-key.js';

/** A command that makes a good one; error messages and the documentation show it. */
export const encryptionKeyCommand = 'openssl rand -hex 32';

const listVariable = 'TOLLGATE_ENCRYPTION_KEY';
const saltVariable = 'LITELLM_SALT_KEY';

/**
 * The first writes, all of them read; empty where there is none. `TOLLGATE_ENCRYPTION_KEY` is a list with commas or blanks between its
 * members; without it `LITELLM_SALT_KEY` is the one. The master key never is.
 */
export function readEncryptionKeys(environment: Environment): readonly string[] {
  const list = (environment[listVariable] ?? '').split(/[\s,]+/).filter((key) => key !== '');
  const salt = environment[saltVariable];
  const keys = list.length > 0 ? list : salt === undefined || salt === '' ? [] : [salt];
  return [...new Set(keys)];
}

/** Whoever guesses a weak key reads every provider's credentials in a copy of the database. */
export function checkEncryptionKeys(environment: Environment, masterKey: string, origin: Origin): ConfigProblem[] {
  const isList = (environment[listVariable] ?? '').trim() !== '';
  return readEncryptionKeys(environment).flatMap((key, index) => {
    const fault = key === masterKey ? 'is the master key too, which goes over the wire' : findMasterKeyFault(key);
    if (fault === null) return [];
    const name = isList ? `member ${index + 1} of ${listVariable}` : saltVariable;
    const advice = isList
      ? `Make one with \`${encryptionKeyCommand}\`.`
      : `Make one with \`${encryptionKeyCommand}\` and set it as ${listVariable}, which goes before ${saltVariable}; \`tollgate import litellm\` is given the old one by --salt-key.`;
    return [errorAt(origin, `the encryption key (${name}) ${fault}. ${advice}`)];
  });
}
