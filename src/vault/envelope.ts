/**
 * AES-256-GCM envelopes: a data key of its own for each value, wrapped by the key-encryption key. Compact text:
 * `tg1.<id of the key-encryption key>.<nonce, wrapped data key, tag>.<nonce, ciphertext, tag>`, the last two in base64url.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyEncryptionKey } from './keyring.js';
import type { SealedPlace } from './sealed-place.js';

const version = 'tg1';
const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/** What stands before the wrapped key of everything that the key has sealed. */
export function envelopePrefix(keyId: string): string {
  return `${version}.${keyId}.`;
}

/** The id of the key that an envelope needs; null where the text is no envelope. */
export function keyIdOf(envelope: string): string | null {
  return partsOf(envelope)?.keyId ?? null;
}

export function sealEnvelope({ id, key }: KeyEncryptionKey, place: SealedPlace, text: string): string {
  const dataKey = randomBytes(keyBytes);
  const wrapped = encrypt(key, associated(place, id, 'key'), dataKey);
  const body = encrypt(dataKey, associated(place, id, 'value'), Buffer.from(text, 'utf8'));
  return `${envelopePrefix(id)}${wrapped.toString('base64url')}.${body.toString('base64url')}`;
}

/** Null where anything of it was changed, or it was sealed for another place or under another key. */
export function openEnvelope({ id, key }: KeyEncryptionKey, place: SealedPlace, envelope: string): string | null {
  const parts = partsOf(envelope);
  if (parts?.keyId !== id) return null;
  const dataKey = decrypt(key, associated(place, id, 'key'), parts.wrapped);
  const body = dataKey?.length === keyBytes ? decrypt(dataKey, associated(place, id, 'value'), parts.body) : null;
  return body?.toString('utf8') ?? null;
}

interface Parts {
  readonly keyId: string;
  readonly wrapped: Buffer;
  readonly body: Buffer;
}

function partsOf(envelope: string): Parts | null {
  const { keyId, wrapped, body } =
    /^tg1\.(?<keyId>[0-9a-f]{16})\.(?<wrapped>[\w-]+)\.(?<body>[\w-]+)$/.exec(envelope)?.groups ?? {};
  const [wrappedBytes, bodyBytes] = [exactBytes(wrapped), exactBytes(body)];
  return keyId !== undefined && wrappedBytes && bodyBytes ? { keyId, wrapped: wrappedBytes, body: bodyBytes } : null;
}

/** Node reads base64url past its mistakes, and past bits that mean nothing: only what it would itself have written counts. */
function exactBytes(text: string | undefined): Buffer | null {
  if (text === undefined) return null;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

/** Binds a ciphertext to its place, its key and its part in the envelope; JSON keeps the members apart. */
function associated({ table, row, column }: SealedPlace, keyId: string, part: 'key' | 'value'): Buffer {
  return Buffer.from(JSON.stringify([version, keyId, part, table, row, column]), 'utf8');
}

function encrypt(key: Buffer, associatedData: Buffer, plain: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associatedData);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, associatedData: Buffer, sealed: Buffer): Buffer | null {
  if (sealed.length < nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(associatedData);
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    // Node says no more than that it does not fit.
    return null;
  }
}
