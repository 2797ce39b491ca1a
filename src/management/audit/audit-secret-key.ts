/** The key under which secrets stand in the audit log as HMACs: whoever knows a secret can tell that it was this one, nobody else can. */
import { hkdfSync } from 'node:crypto';

export const AUDIT_SECRET_KEY = Symbol('AUDIT_SECRET_KEY');

/** @param secret the installation's own, such as the encryption key or the master key; it cannot be had back from the result */
export function auditSecretKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'tollgate/audit', 32));
}
