/** Seals an answer that is kept for its repetition: it may hold a new key, and only who made the request is to read it again. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * @param secret the installation's own
 * @param idempotencyKey as the client sent it: it is kept nowhere, so the database alone opens nothing
 * @param id the row's, as associated data: an answer in another row does not open
 */
export function sealAnswer(text: string, secret: Buffer, idempotencyKey: string, id: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, keyOf(secret, idempotencyKey), nonce).setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

/** @throws where the text was changed, or belongs to another request */
export function openAnswer(sealed: string, secret: Buffer, idempotencyKey: string, id: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv(algorithm, keyOf(secret, idempotencyKey), bytes.subarray(0, nonceBytes))
    .setAAD(Buffer.from(id))
    .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
}

function keyOf(secret: Buffer, idempotencyKey: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, idempotencyKey, 'tollgate/idempotency', 32));
}
