/** The key under which secrets stand in the audit log as HMACs: whoever knows a secret can tell that it was this one, nobody else can. */
import { hkdfSync } from 'node:crypto';
import type { GatewayConfig } from '../../config/gateway-config.js';

export const AUDIT_SECRET_KEY = Symbol('AUDIT_SECRET_KEY');

/** What an installation has to derive the key from; each is empty or absent where it has none. */
export interface AuditKeySources {
  /** `TOLLGATE_ENCRYPTION_KEY`: a list, whose first key counts. */
  readonly encryptionKeys: string | undefined;
  /** `LITELLM_SALT_KEY`. */
  readonly saltKey: string | undefined;
  readonly masterKey: string;
}

export function auditKeySources({ general, environment }: GatewayConfig): AuditKeySources {
  const { TOLLGATE_ENCRYPTION_KEY: encryptionKeys, LITELLM_SALT_KEY: saltKey } = environment;
  return { encryptionKeys, saltKey, masterKey: general.masterKey };
}

/** The first encryption key, else the salt key, else the master key. A change of it changes the HMACs of new entries alone. */
export function auditKeySource({ encryptionKeys = '', saltKey = '', masterKey }: AuditKeySources): string {
  const first = encryptionKeys.split(/[\s,]+/).find((key) => key !== '');
  return first ?? (saltKey === '' ? masterKey : saltKey);
}

/** @param secret the installation's own; it cannot be had back from the result */
export function auditSecretKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'tollgate/audit', 32));
}
