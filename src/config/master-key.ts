/** Decides whether a master key is fit to guard the gateway. */
import { publishedMasterKeys } from './published-master-keys.js';

export const leastMasterKeyLength = 32;

/** A command that makes a good one; error messages and the documentation show it. */
export const masterKeyCommand = 'echo "sk-$(openssl rand -hex 32)"';

/** Words by which examples say that the reader is to put a key there. */
const placeholder =
  /change-?me|change-?this|replace-?(me|with|this)|your-?(own-?)?(master-?|secret-?)?key|insert-?key|placeholder/i;

const published: ReadonlySet<string> = new Set(publishedMasterKeys.map(reduce));

/** Why the key must not be used, or null. The reason never repeats the key. */
export function findMasterKeyFault(key: string): string | null {
  if (key.trim() === '') return 'is empty';
  if (/[^\x21-\x7e]/.test(key)) return 'holds a space, or a character that no HTTP header takes';
  if (isPublished(key)) return 'is a published one, or one with padding';
  if (key.length < leastMasterKeyLength) return `is shorter than ${leastMasterKeyLength} characters`;
  if (placeholder.test(key.replaceAll('_', '-'))) return 'is the placeholder of an example';
  if (isGuessable(reduce(key))) return 'is a repetition or a plain sequence of characters';
  return null;
}

function isPublished(key: string): boolean {
  const body = reduce(key);
  const unpadded = body.replace(/(.)\1{3,}$/, '');
  const candidates = [body, unpadded, unpadded + body.slice(unpadded.length, unpadded.length + 1), smallestUnit(body)];
  return candidates.some((candidate) => published.has(candidate));
}

/** Letters and digits only, without the `sk` that says nothing. */
function reduce(key: string): string {
  const plain = key.toLowerCase().replace(/[^a-z0-9]/g, '');
  return plain.startsWith('sk') ? plain.slice(2) : plain;
}

function isGuessable(body: string): boolean {
  if (smallestUnit(body).length <= Math.min(12, body.length / 2)) return true;
  let plainSteps = 0;
  for (let index = 1; index < body.length; index += 1) {
    if (Math.abs(body.charCodeAt(index) - body.charCodeAt(index - 1)) <= 1) plainSteps += 1;
  }
  return plainSteps >= (body.length - 1) * 0.6;
}

/** `abab` is `ab` twice; the last repetition may be cut. */
function smallestUnit(body: string): string {
  for (let length = 1; length <= body.length / 2; length += 1) {
    const unit = body.slice(0, length);
    if (unit.repeat(Math.ceil(body.length / length)).startsWith(body)) return unit;
  }
  return body;
}
