/** Records of virtual keys for tests: one that anybody may use for everything, but for what a test says. */
import type { VirtualKeyRecord } from '../key-record.js';

export function keyRecord(given: Partial<VirtualKeyRecord> = {}): VirtualKeyRecord {
  return {
    token: 'a'.repeat(64),
    keyAlias: null,
    userId: null,
    teamId: null,
    organizationId: null,
    projectId: null,
    role: 'internal_user',
    expiresAtMs: null,
    replacedUntilMs: null,
    refusal: null,
    models: [],
    modelLevels: [],
    modelAliases: {},
    tags: [],
    allowedRoutes: [],
    allowedIps: [],
    enforcedParams: [],
    allowedCacheControls: [],
    cacheDefaults: [],
    guardrails: [],
    withoutDefaultGuardrails: false,
    passThroughRoutes: { allowed: [], denied: [] },
    dependsOn: [],
    ...given,
  };
}
