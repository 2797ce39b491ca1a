/** Both forms in which clients name a key: the key itself, and its hash. */
import { keyHash } from '../../auth/key-hash.js';

export function isKeyHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** The hash of what may be one already. */
export function tokenOf(keyOrHash: string): string {
  return isKeyHash(keyOrHash) ? keyOrHash : keyHash(keyOrHash);
}

/** What may be shown of a key. */
export function shortNameOf(key: string): string {
  return `sk-...${key.slice(-4)}`;
}
