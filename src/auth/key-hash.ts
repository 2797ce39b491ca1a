/** The form in which keys are looked up and stored: their SHA-256. Keys are random, so no slower hash is needed. */
import { hash } from 'node:crypto';

/** Hex, 64 characters. */
export function keyHash(clearKey: string): string {
  return hash('sha256', clearKey, 'hex');
}
