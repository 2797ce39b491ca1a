/** Opens what LiteLLM has encrypted into its own database, for whoever moves from there. */
import { isUtf8 } from 'node:buffer';
import { createDecipheriv, hash } from 'node:crypto';
import nacl from 'tweetnacl';

const gcmPrefix = 'v2:gcm:';
const nonceBytes = { gcm: 12, secretbox: 24 };
const tagBytes = 16;

/**
 * The clear text of a value that LiteLLM wrote under `saltKey` (its `LITELLM_SALT_KEY`, else its master key), in either of its two
 * forms: XSalsa20-Poly1305, and AES-256-GCM behind `v2:gcm:`. Null for what is no ciphertext under that key: LiteLLM keeps some values
 * in clear beside the encrypted ones.
 */
export function openLitellmSecret(value: string, saltKey: string): string | null {
  const key = hash('sha256', saltKey, 'buffer');
  const plain = value.startsWith(gcmPrefix)
    ? openGcm(Buffer.from(value.slice(gcmPrefix.length), 'base64url'), key)
    : openSecretbox(Buffer.from(value, 'base64'), key);
  return plain && textOf(plain);
}

/** Null for what no text is sealed in: the tag of the older form may be right by another program's doing. */
function textOf(plain: Uint8Array): string | null {
  return isUtf8(plain) ? Buffer.from(plain).toString('utf8') : null;
}

function openSecretbox(sealed: Buffer, key: Buffer): Uint8Array | null {
  if (sealed.length < nonceBytes.secretbox + nacl.secretbox.overheadLength) return null;
  const nonce = sealed.subarray(0, nonceBytes.secretbox);
  return nacl.secretbox.open(sealed.subarray(nonceBytes.secretbox), nonce, key);
}

function openGcm(sealed: Buffer, key: Buffer): Uint8Array | null {
  if (sealed.length < nonceBytes.gcm + tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes.gcm), {
    authTagLength: tagBytes,
  });
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes.gcm, -tagBytes)), decipher.final()]);
  } catch {
    // Another key's, or no ciphertext at all.
    return null;
  }
}
