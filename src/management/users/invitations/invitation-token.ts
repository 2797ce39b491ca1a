/** The secret of an invitation's link. */
import { hash, randomBytes } from 'node:crypto';

/** 256 bits: no guess, and no need for a slow hash. */
const tokenBytes = 32;

export function newInvitationToken(): string {
  return randomBytes(tokenBytes).toString('base64url');
}

/** SHA-256, hex: what the database keeps. It opens nothing: what is presented is hashed in its turn. */
export function invitationTokenHash(token: string): string {
  return hash('sha256', token, 'hex');
}
