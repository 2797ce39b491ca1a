/** The wire shapes of the key routes, spelled as LiteLLM's clients send and read them. */
import { z } from 'zod';
import type { VirtualKey } from '../../database/generated/sqlite/client.js';

/** Fields of LiteLLM that this version would not enforce: taken only where they ask for nothing. */
const notServed = [
  ...[
    'max_budget',
    'soft_budget',
    'budget_duration',
    'budget_id',
    'budget_limits',
    'model_max_budget',
    'budget_fallbacks',
  ],
  ...[
    'tpm_limit',
    'rpm_limit',
    'tpd_limit',
    'max_parallel_requests',
    'model_tpm_limit',
    'model_rpm_limit',
    'mcp_rpm_limit',
  ],
  ...['tag_rpm_limit', 'tpm_limit_type', 'rpm_limit_type', 'agent_id', 'organization_id', 'project_id', 'guardrails'],
  ...['policies', 'prompts', 'disable_global_guardrails', 'enforced_params', 'allowed_routes', 'aliases', 'config'],
  ...[
    'allowed_passthrough_routes',
    'denied_passthrough_routes',
    'allowed_cache_controls',
    'object_permission',
    'permissions',
  ],
  ...['access_group_ids', 'router_settings', 'auto_rotate', 'rotation_interval', 'send_invite_email', 'spend'],
  'throttle_on_budget_exceeded',
] as const;

const name = z.string().min(1).max(256);

export const generateKeySchema = z
  .looseObject({
    key: z
      .string()
      .regex(/^sk-[\w-]{20,509}$/, 'must start with sk- and go on with 20 to 509 letters, digits, - or _')
      .nullish(),
    key_alias: name.nullish(),
    key_type: z.literal('default').nullish(),
    duration: z.string().nullish(),
    models: z.array(name).max(1_000).nullish(),
    tags: z.array(name).max(100).nullish(),
    metadata: z.record(z.string(), z.unknown()).nullish(),
    user_id: name.nullish(),
    team_id: name.nullish(),
    blocked: z.boolean().nullish(),
  })
  .superRefine((body, context) => {
    for (const field of Object.keys(body)) {
      if (Object.hasOwn(generateFields, field) || asksForNothing(field, body[field])) continue;
      const known = (notServed as readonly string[]).includes(field);
      const message = known ? 'is not enforced by this version, so it is not taken' : 'is not a field of a key';
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });

const generateFields: Readonly<Record<string, true>> = {
  key: true,
  key_alias: true,
  key_type: true,
  duration: true,
  models: true,
  tags: true,
  metadata: true,
  user_id: true,
  team_id: true,
  blocked: true,
};

export type GenerateKeyBody = z.output<typeof generateKeySchema>;

export const deleteKeysSchema = z
  .object({ keys: z.array(name).max(1_000).nullish(), key_aliases: z.array(name).max(1_000).nullish() })
  .refine(({ keys, key_aliases }) => (keys?.length ?? 0) + (key_aliases?.length ?? 0) > 0, {
    message: 'Give `keys` or `key_aliases`, a non-empty list.',
  });

export type DeleteKeysBody = z.output<typeof deleteKeysSchema>;

export const keyInfoQuerySchema = z.object({ key: z.string().min(1).max(1_024).optional() });

export type KeyInfoQuery = z.output<typeof keyInfoQuerySchema>;

/** The row as clients see it, without the key or its hash. */
export function keyRow(row: VirtualKey, nowMs: number): Record<string, unknown> {
  const expired = row.expires !== null && row.expires.getTime() <= nowMs;
  return {
    key_name: row.keyName,
    key_alias: row.keyAlias,
    models: row.models,
    expires: row.expires?.toISOString() ?? null,
    metadata: row.metadata,
    user_id: row.userId,
    team_id: row.teamId,
    blocked: row.blocked,
    status: expired ? 'expired' : row.blocked ? 'revoked' : 'active',
    created_at: row.createdAt.toISOString(),
    created_by: row.createdBy,
    updated_at: row.updatedAt.toISOString(),
    updated_by: row.updatedBy,
  };
}

/** A limit of 0 asks for a lot: that nothing be allowed. */
function asksForNothing(field: string, value: unknown): boolean {
  if (value === null || value === undefined || value === false) return true;
  if (field === 'spend' && value === 0) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
