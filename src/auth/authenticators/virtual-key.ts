/** Turns the record of a virtual key into a principal, or says why it may not be used. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Principal } from '../principal.js';
import type { VirtualKeyRecord } from '../virtual-key.repository.js';

const principals = new WeakMap<VirtualKeyRecord, Principal>();

/** @throws GatewayError `invalid_key`, `blocked_key` or `expired_key` */
export function principalOfKey(record: VirtualKeyRecord | null, nowMs: number): Principal {
  if (!record) throw new GatewayError('invalid_key', { param: 'key' });
  if (record.blocked) throw new GatewayError('blocked_key');
  if (record.expiresAtMs !== null && record.expiresAtMs <= nowMs) {
    const facts = { expiry: new Date(record.expiresAtMs).toISOString(), now: new Date(nowMs).toISOString() };
    throw new GatewayError('expired_key', { facts });
  }
  let principal = principals.get(record);
  if (!principal) {
    principal = {
      role: 'internal_user',
      keyHash: record.token,
      keyAlias: record.keyAlias ?? undefined,
      userId: record.userId ?? undefined,
      teamId: record.teamId ?? undefined,
      models: record.models,
      tags: record.tags,
    };
    principals.set(record, principal);
  }
  return principal;
}
