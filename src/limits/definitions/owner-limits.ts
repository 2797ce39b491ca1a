/** What an owner is limited to, as the database keeps it: LiteLLM's names, money in nano-dollars as text. */

/** Money in nano-dollars. An absent field says nothing, null lifts a limit. */
export interface LimitPatch {
  readonly budgetId?: string | null;
  readonly maxNanos?: bigint | null;
  readonly softNanos?: bigint | null;
  /** Such as `30d`. */
  readonly duration?: string | null;
  /** Windows that run beside the main one. */
  readonly windows?: readonly { readonly duration: string; readonly maxNanos: bigint }[] | null;
  /** By the model's name. */
  readonly modelBudgets?: Readonly<
    Record<string, { readonly maxNanos: bigint; readonly duration: string | null }>
  > | null;
  readonly increase?: { readonly nanos: bigint; readonly until: Date } | null;
  readonly rates?: Partial<RateLimits>;
  /** By the model that is over its budget: which are asked instead. */
  readonly budgetFallbacks?: Readonly<Record<string, readonly string[]>> | null;
  /** Over budget it is slowed down instead of refused. */
  readonly throttlesOverBudget?: boolean | null;
}

/** Requests and tokens a minute, tokens a day, requests at once. Null where there is no limit. */
export interface RateLimits {
  readonly rpm: number | null;
  readonly tpm: number | null;
  readonly tpd: number | null;
  readonly maxParallel: number | null;
  readonly modelRpm: Readonly<Record<string, number>> | null;
  readonly modelTpm: Readonly<Record<string, number>> | null;
  readonly tagRpm: Readonly<Record<string, number>> | null;
  readonly rpmType: LimitType | null;
  readonly tpmType: LimitType | null;
}

export const limitTypes = ['guaranteed_throughput', 'best_effort_throughput', 'dynamic'] as const;
export type LimitType = (typeof limitTypes)[number];

/** An owner's own limits as stored, without those of the budget that it names. */
export interface StoredLimits {
  readonly max_budget?: string;
  readonly soft_budget?: string;
  readonly budget_duration?: string;
  readonly budget_limits?: readonly { readonly budget_duration: string; readonly max_budget: string }[];
  readonly model_max_budget?: Readonly<
    Record<string, { readonly max_budget: string; readonly budget_duration?: string }>
  >;
  readonly temp_budget_increase?: string;
  readonly temp_budget_expiry?: string;
  readonly tpm_limit?: number;
  readonly rpm_limit?: number;
  readonly tpd_limit?: number;
  readonly max_parallel_requests?: number;
  readonly model_rpm_limit?: Readonly<Record<string, number>>;
  readonly model_tpm_limit?: Readonly<Record<string, number>>;
  readonly tag_rpm_limit?: Readonly<Record<string, number>>;
  readonly rpm_limit_type?: LimitType;
  readonly tpm_limit_type?: LimitType;
  readonly budget_fallbacks?: Readonly<Record<string, readonly string[]>>;
  readonly throttle_on_budget_exceeded?: boolean;
}

const rateNames: Readonly<Record<keyof RateLimits, keyof StoredLimits>> = {
  rpm: 'rpm_limit',
  tpm: 'tpm_limit',
  tpd: 'tpd_limit',
  maxParallel: 'max_parallel_requests',
  modelRpm: 'model_rpm_limit',
  modelTpm: 'model_tpm_limit',
  tagRpm: 'tag_rpm_limit',
  rpmType: 'rpm_limit_type',
  tpmType: 'tpm_limit_type',
};

/** The stored limits after a patch. */
export function patchLimits(stored: StoredLimits, patch: LimitPatch): StoredLimits {
  const next: Record<string, unknown> = { ...stored };
  const set = (name: keyof StoredLimits, value: unknown): void => {
    if (value === undefined) return;
    if (value === null || value === false) delete next[name];
    else next[name] = value;
  };
  set('max_budget', textOf(patch.maxNanos));
  set('soft_budget', textOf(patch.softNanos));
  set('budget_duration', patch.duration);
  set(
    'budget_limits',
    patch.windows?.map(({ duration, maxNanos }) => ({ budget_duration: duration, max_budget: String(maxNanos) })) ??
      patch.windows,
  );
  set(
    'model_max_budget',
    patch.modelBudgets &&
      Object.fromEntries(
        Object.entries(patch.modelBudgets).map(([model, { maxNanos, duration }]) => [
          model,
          { max_budget: String(maxNanos), ...(duration !== null && { budget_duration: duration }) },
        ]),
      ),
  );
  if (patch.modelBudgets === null) set('model_max_budget', null);
  set('temp_budget_increase', patch.increase === undefined ? undefined : textOf(patch.increase?.nanos ?? null));
  set('temp_budget_expiry', patch.increase === undefined ? undefined : (patch.increase?.until.toISOString() ?? null));
  for (const [name, wire] of Object.entries(rateNames)) set(wire, patch.rates?.[name as keyof RateLimits]);
  set('budget_fallbacks', patch.budgetFallbacks);
  set('throttle_on_budget_exceeded', patch.throttlesOverBudget);
  return next;
}

/** An owner's own limits, and for what it says nothing of, those of its budget. */
export function withBudget(own: StoredLimits, budget: StoredLimits | undefined): StoredLimits {
  return budget ? { ...budget, ...own } : own;
}

function textOf(nanos: bigint | null | undefined): string | null | undefined {
  return typeof nanos === 'bigint' ? String(nanos) : nanos;
}
