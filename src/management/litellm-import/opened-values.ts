/** Opens the values that LiteLLM has encrypted one by one. */
import { referencePrefix } from '../../config/environment-references.js';
import type { ImportSecrets } from './import-secrets.js';
import { NotImportable } from './not-importable.js';

/** The least that its older form comes to: a nonce, a tag, and a byte. */
const leastSealedBytes = 41;

/** @throws NotImportable for values that stay closed, and for references to the environment, which rows of the database may not hold */
export function openedValues(
  values: Readonly<Record<string, unknown>>,
  secrets: ImportSecrets | undefined,
): Record<string, unknown> {
  const opened = Object.entries(values).map(([name, value]) => {
    if (typeof value !== 'string') return { name, value, wasSealed: false };
    const text = secrets?.open(value) ?? null;
    return { name, value: text ?? value, wasSealed: text !== null };
  });
  // Where some of them open, the key is the right one, and the others are in clear.
  const isOpen = opened.some(({ wasSealed }) => wasSealed);
  const closed = isOpen ? undefined : opened.find(({ value }) => looksSealed(value));
  if (closed) {
    throw new NotImportable(
      secrets
        ? 'its values could not be opened. Give the LITELLM_SALT_KEY that they were written with by --salt-key'
        : "its values are encrypted. Give LiteLLM's LITELLM_SALT_KEY by --salt-key, and set TOLLGATE_ENCRYPTION_KEY for the gateway",
    );
  }
  const reference = opened.find(({ value }) => typeof value === 'string' && value.startsWith(referencePrefix));
  if (reference) {
    throw new NotImportable(
      `\`${reference.name}\` is taken from the environment. Write the model into the configuration file`,
    );
  }
  return Object.fromEntries(opened.map(({ name, value }) => [name, value]));
}

function looksSealed(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (value.startsWith('v2:gcm:')) return true;
  return (
    /^[A-Za-z0-9+/_-]+={0,2}$/.test(value) &&
    value.length % 4 === 0 &&
    Buffer.from(value, 'base64').length >= leastSealedBytes
  );
}

/** @throws NotImportable where nothing can be sealed */
export function sealing(secrets: ImportSecrets | undefined): ImportSecrets {
  if (secrets) return secrets;
  throw new NotImportable('there is no key to encrypt it with. Set TOLLGATE_ENCRYPTION_KEY');
}
