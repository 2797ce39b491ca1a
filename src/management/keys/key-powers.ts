/** Between a key's fields and limits and the powers that grants are measured in. */
import { allPowers, type HeldBudget, type Powers } from '../../auth/scope/grants.js';
import type { VirtualKey } from '../../database/database-client.js';
import type { LimitPatch, RateLimits, StoredLimits } from '../../limits/definitions/owner-limits.js';
import type { ChangedColumns } from './key-changes.js';
import { extrasOf } from './key-view.js';

type PlainPowers = Omit<Powers, 'budget' | 'windows' | 'modelBudgets' | 'amounts' | 'namedAmounts'>;

export function powersOfRow(row: VirtualKey): PlainPowers {
  const allowedRoutes = (row.allowedRoutes ?? []) as readonly string[];
  return powersOfColumns({ ...row, allowedRoutes, settings: extrasOf(row) });
}

export function powersOfColumns(
  row: Pick<ChangedColumns, 'models' | 'allowedRoutes' | 'expires' | 'settings' | 'metadata'>,
): PlainPowers {
  const { aliases, enforced_params, allowed_cache_controls } = row.settings;
  const { allowed_passthrough_routes, denied_passthrough_routes } = row.settings;
  return {
    models: row.models as readonly string[],
    aliasTargets: Object.values(aliases ?? {}),
    allowedRoutes: row.allowedRoutes,
    ...powersOfMetadata(row.metadata),
    enforcedParams: [...new Set([...(enforced_params ?? []), ...powersOfMetadata(row.metadata).enforcedParams])],
    allowedCacheControls: allowed_cache_controls ?? [],
    passThroughAllowed: allowed_passthrough_routes ?? [],
    passThroughDenied: denied_passthrough_routes ?? [],
    expiresAtMs: row.expires?.getTime() ?? null,
  };
}

/** Metadata is everybody's to write, and yet authentication heeds some of it. */
export function powersOfMetadata(metadata: unknown): Pick<Powers, 'allowedIps' | 'enforcedParams'> {
  const { allowed_ips: ips, enforced_params: params } = (metadata ?? {}) as Readonly<Record<string, unknown>>;
  const given = ips === undefined || ips === null ? [] : Array.isArray(ips) ? ips : [ips];
  return {
    allowedIps: given.map((address) => (typeof address === 'string' ? address : JSON.stringify(address))),
    enforcedParams: Array.isArray(params) ? params.filter((param) => typeof param === 'string') : [],
  };
}

/** @param counting `increased`: with a temporary increase of the budget, which a key is given, and which nobody hands on */
export function powersOfLimits(
  limits: StoredLimits,
  counting: 'increased' | 'lasting',
): Omit<Powers, keyof PlainPowers> {
  const increase = counting === 'increased' ? BigInt(limits.temp_budget_increase ?? 0) : 0n;
  const models = Object.entries(limits.model_max_budget ?? {});
  return {
    budget:
      limits.max_budget === undefined
        ? null
        : { maxNanos: BigInt(limits.max_budget) + increase, duration: limits.budget_duration ?? null },
    windows: Object.fromEntries(
      (limits.budget_limits ?? []).map((window) => [window.budget_duration, BigInt(window.max_budget)]),
    ),
    modelBudgets: Object.fromEntries(
      models.map(([model, { max_budget, budget_duration }]): [string, HeldBudget] => [
        model,
        { maxNanos: BigInt(max_budget), duration: budget_duration ?? null },
      ]),
    ),
    amounts: {
      rpm_limit: limits.rpm_limit ?? null,
      tpm_limit: limits.tpm_limit ?? null,
      tpd_limit: limits.tpd_limit ?? null,
      max_parallel_requests: limits.max_parallel_requests ?? null,
    },
    namedAmounts: {
      model_rpm_limit: limits.model_rpm_limit ?? {},
      model_tpm_limit: limits.model_tpm_limit ?? {},
      tag_rpm_limit: limits.tag_rpm_limit ?? {},
    },
  };
}

/** Of somebody who is limited to models and limits alone, such as a team. */
export function powersOfOwner(models: unknown, limits: StoredLimits): Powers {
  const names = Array.isArray(models) ? models.filter((model) => typeof model === 'string') : [];
  return { ...allPowers, ...powersOfLimits(limits, 'lasting'), models: names };
}

/** Writes what a key has inherited: limits that it was not asked for, by name. */
export function limitsInherited(asked: Powers, got: Powers): LimitPatch {
  const rates: Partial<RateLimits> = {
    ...(asked.amounts.rpm_limit === null && { rpm: got.amounts.rpm_limit }),
    ...(asked.amounts.tpm_limit === null && { tpm: got.amounts.tpm_limit }),
    ...(asked.amounts.tpd_limit === null && { tpd: got.amounts.tpd_limit }),
    ...(asked.amounts.max_parallel_requests === null && { maxParallel: got.amounts.max_parallel_requests }),
    ...(differ(asked, got, 'model_rpm_limit') && { modelRpm: got.namedAmounts.model_rpm_limit }),
    ...(differ(asked, got, 'model_tpm_limit') && { modelTpm: got.namedAmounts.model_tpm_limit }),
    ...(differ(asked, got, 'tag_rpm_limit') && { tagRpm: got.namedAmounts.tag_rpm_limit }),
  };
  return {
    ...(asked.budget === null && got.budget && { maxNanos: got.budget.maxNanos, duration: got.budget.duration }),
    ...(sizeOf(asked.windows) < sizeOf(got.windows) && {
      windows: Object.entries(got.windows).map(([duration, maxNanos]) => ({ duration, maxNanos })),
    }),
    ...(sizeOf(asked.modelBudgets) < sizeOf(got.modelBudgets) && { modelBudgets: got.modelBudgets }),
    ...(sizeOf(rates) > 0 && { rates }),
  };
}

function differ(asked: Powers, got: Powers, field: keyof Powers['namedAmounts']): boolean {
  return sizeOf(asked.namedAmounts[field]) < sizeOf(got.namedAmounts[field]);
}

function sizeOf(record: object): number {
  return Object.keys(record).length;
}
