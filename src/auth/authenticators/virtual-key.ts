/** Turns the record of a virtual key into a principal, or says why it may not be used. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import { AddressList } from '../addresses/address-list.js';
import type { VirtualKeyRecord } from '../key-record.js';
import type { Principal } from '../principal.js';

/** Made once for each record, so that a known key costs nothing but its look-up. */
const principals = new WeakMap<VirtualKeyRecord, Principal>();

/** @throws GatewayError `invalid_key`, `blocked_key`, `blocked_owner`, `deleted_owner` or `expired_key` */
export function principalOfKey(record: VirtualKeyRecord | null, nowMs: number): Principal {
  if (!record || (record.replacedUntilMs !== null && record.replacedUntilMs <= nowMs))
    throw new GatewayError('invalid_key', { param: 'key' });
  if (record.refusal) throw new GatewayError(record.refusal.code, { facts: record.refusal.facts ?? {} });
  if (record.expiresAtMs !== null && record.expiresAtMs <= nowMs) {
    const facts = { expiry: new Date(record.expiresAtMs).toISOString(), now: new Date(nowMs).toISOString() };
    throw new GatewayError('expired_key', { facts });
  }
  let principal = principals.get(record);
  if (!principal) {
    principal = toPrincipal(record);
    principals.set(record, principal);
  }
  return principal;
}

function toPrincipal(record: VirtualKeyRecord): Principal {
  const { role, models, modelLevels, modelAliases, tags, allowedRoutes, allowedIps, enforcedParams, guardrails } =
    record;
  const { allowedCacheControls: allowed, cacheDefaults: defaults, passThroughRoutes: passed } = record;
  return Object.freeze({
    role,
    keyHash: record.token,
    keyAlias: record.keyAlias ?? undefined,
    userId: record.userId ?? undefined,
    teamId: record.teamId ?? undefined,
    organizationId: record.organizationId ?? undefined,
    projectId: record.projectId ?? undefined,
    models,
    tags,
    ...(record.endUserId !== undefined && { endUserId: record.endUserId }),
    ...(modelLevels.length > 0 && { modelLevels }),
    ...(Object.keys(modelAliases).length > 0 && { modelAliases }),
    ...(allowedRoutes.length > 0 && { allowedRoutes }),
    ...(allowedIps.length > 0 && { allowedAddresses: new AddressList(allowedIps) }),
    ...(enforcedParams.length > 0 && { enforcedParams }),
    ...((allowed.length > 0 || defaults.length > 0) && { cacheControls: { allowed, defaults } }),
    ...(guardrails.length > 0 && { guardrails }),
    ...(record.withoutDefaultGuardrails && { withoutDefaultGuardrails: true }),
    ...((passed.allowed.length > 0 || passed.denied.length > 0) && { passThroughRoutes: passed }),
  });
}
