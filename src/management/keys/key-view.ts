/** A key as answers show it: LiteLLM's fields, never the key itself, and its hash only where LiteLLM's answers have it. */
import type { VirtualKey } from '../../database/database-client.js';
import type { OwnerState } from '../../limits/definitions/limit-definitions.service.js';
import type { StoredLimits } from '../../limits/definitions/owner-limits.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import { limitView, storedLimitView } from '../limit-fields/limit-fields.js';

/** What a key's row keeps in its column `settings`. */
export interface KeyExtras {
  readonly aliases?: Readonly<Record<string, string>>;
  readonly enforced_params?: readonly string[];
  readonly allowed_cache_controls?: readonly string[];
  readonly allowed_passthrough_routes?: readonly string[];
  readonly denied_passthrough_routes?: readonly string[];
  readonly key_type?: string;
}

/** A key with all that is known of it. */
export interface KeyState {
  readonly row: VirtualKey;
  readonly limits: OwnerState;
  /** Of the budget that it names. */
  readonly budgetLimits: StoredLimits | undefined;
}

export type KeyStatus = 'active' | 'expired' | 'revoked' | 'deleted';

export function statusOf(row: Pick<VirtualKey, 'blocked' | 'expires'>, nowMs: number): KeyStatus {
  if (row.blocked) return 'revoked';
  return row.expires !== null && row.expires.getTime() <= nowMs ? 'expired' : 'active';
}

export function extrasOf(row: Pick<VirtualKey, 'settings'>): KeyExtras {
  return (row.settings ?? {}) as KeyExtras;
}

export function keyView({ row, limits, budgetLimits }: KeyState, nowMs: number): Record<string, unknown> {
  const extras = extrasOf(row);
  return {
    key_name: row.keyName,
    key_alias: row.keyAlias,
    key_type: extras.key_type ?? 'default',
    models: row.models,
    aliases: extras.aliases ?? {},
    config: {},
    permissions: {},
    metadata: row.metadata,
    tags: tagsOf(row),
    user_id: row.userId,
    team_id: row.teamId,
    organization_id: row.organizationId,
    project_id: row.projectId,
    allowed_routes: row.allowedRoutes ?? [],
    enforced_params: extras.enforced_params ?? [],
    allowed_passthrough_routes: extras.allowed_passthrough_routes ?? [],
    denied_passthrough_routes: extras.denied_passthrough_routes ?? [],
    allowed_cache_controls: extras.allowed_cache_controls ?? [],
    ...limitView(limits),
    ...usageView(limits),
    litellm_budget_table:
      limits.budgetId !== null && budgetLimits
        ? { budget_id: limits.budgetId, ...storedLimitView(budgetLimits) }
        : null,
    expires: row.expires?.toISOString() ?? null,
    blocked: row.blocked,
    status: statusOf(row, nowMs),
    auto_rotate: row.autoRotate,
    rotation_interval: row.rotationInterval,
    rotation_count: row.rotationCount,
    last_rotation_at: row.rotatedAt?.toISOString() ?? null,
    key_rotation_at: row.rotateAt?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
    created_by: row.createdBy,
    updated_at: row.updatedAt.toISOString(),
    updated_by: row.updatedBy,
  };
}

/** What of its further windows and of its models' budgets is spent, where it has any. */
function usageView({ accounts }: OwnerState): Record<string, unknown> {
  const windows = accounts.filter(({ id, owner, model }) => model === null && id !== owner);
  const models = accounts.filter(({ model }) => model !== null);
  const usage = (account: OwnerState['accounts'][number]): Record<string, unknown> => ({
    current_spend: usdFromNanos(account.spentNanos),
    budget_reset_at: account.resetAt?.toISOString() ?? null,
  });
  return {
    ...(windows.length > 0 && {
      budget_limits_usage: Object.fromEntries(windows.map((account) => [account.duration ?? '', usage(account)])),
    }),
    ...(models.length > 0 && {
      model_max_budget_usage: Object.fromEntries(models.map((account) => [account.model ?? '', usage(account)])),
    }),
  };
}

export function tagsOf({ metadata }: Pick<VirtualKey, 'metadata'>): readonly string[] {
  const { tags } = metadata as { readonly tags?: unknown };
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}
