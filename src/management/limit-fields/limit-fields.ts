/** The limits in the bodies and answers of keys, teams, users and all others who have them, by LiteLLM's names. */
import { z } from 'zod';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { nanosFromUsd, usdFromNanos } from '../../core/pricing/money.js';
import { isBudgetDuration } from '../../limits/definitions/next-reset.js';
import { limitTypes, type LimitPatch, type StoredLimits } from '../../limits/definitions/owner-limits.js';
import type { OwnerState } from '../../limits/definitions/limit-definitions.service.js';

/** A hundred million USD: what lies beyond is a mistake, and the databases' integers end at ninety times that. */
const mostUsd = 100_000_000;
/** What fits the databases' integers. */
const mostCount = 2_000_000_000;

export const usd = z.number().min(0).max(mostUsd);
export const budgetDuration = z
  .string()
  .refine(isBudgetDuration, 'expected a whole number with a unit: 30s, 30m, 24h, 7d, 2w or 1mo');
const count = z.number().int().min(0).max(mostCount);
const counts = z.record(z.string().min(1).max(256), count);
const name = z.string().min(1).max(256);

/** For `z.object({...limitFields, ...})`. Null lifts a limit; absent says nothing of it. */
export const limitFields = {
  budget_id: name.nullish(),
  max_budget: usd.nullish(),
  soft_budget: usd.nullish(),
  budget_duration: budgetDuration.nullish(),
  budget_limits: z
    .array(z.object({ budget_duration: budgetDuration, max_budget: usd }))
    .max(20)
    .nullish(),
  model_max_budget: z
    .record(
      name,
      z.object({
        max_budget: usd.optional(),
        budget_limit: usd.optional(),
        budget_duration: budgetDuration.nullish(),
        time_period: budgetDuration.nullish(),
      }),
    )
    .nullish(),
  tpm_limit: count.nullish(),
  rpm_limit: count.nullish(),
  tpd_limit: count.nullish(),
  max_parallel_requests: count.nullish(),
  model_rpm_limit: counts.nullish(),
  model_tpm_limit: counts.nullish(),
  tag_rpm_limit: counts.nullish(),
  rpm_limit_type: z.enum(limitTypes).nullish(),
  tpm_limit_type: z.enum(limitTypes).nullish(),
  budget_fallbacks: z.record(name, z.array(name).max(20)).nullish(),
  throttle_on_budget_exceeded: z
    .boolean()
    .nullish()
    .refine((throttles) => throttles !== true, {
      error: 'is not served: what is over its budget is refused, and not slowed down. Leave it out, or say false',
    }),
} as const;

/** Beside the others in updates. */
export const temporaryIncreaseFields = {
  temp_budget_increase: usd.nullish(),
  temp_budget_expiry: z.union([z.iso.datetime({ offset: true }), budgetDuration]).nullish(),
} as const;

const bodySchema = z.object({ ...limitFields, ...temporaryIncreaseFields });
export type LimitBody = z.output<typeof bodySchema>;
export const limitFieldNames: readonly string[] = Object.keys(bodySchema.shape);

/**
 * What a body asks for. Fields that it does not have are not in the patch.
 *
 * @param increaseUntil the end of a temporary increase, where the body gives one by its length
 * @throws GatewayError `invalid_request` for windows that are named twice, or an increase without an end
 */
export function limitPatchOf(body: LimitBody, increaseUntil: (expiry: string) => Date): LimitPatch {
  const money = (value: number | null | undefined): bigint | null | undefined =>
    typeof value === 'number' ? nanosFromUsd(value) : value;
  return dropAbsent({
    budgetId: body.budget_id,
    maxNanos: money(body.max_budget),
    softNanos: money(body.soft_budget),
    duration: body.budget_duration,
    windows: windowsOf(body.budget_limits),
    modelBudgets: modelBudgetsOf(body.model_max_budget),
    increase: increaseOf(body, increaseUntil),
    rates: dropAbsent({
      rpm: body.rpm_limit,
      tpm: body.tpm_limit,
      tpd: body.tpd_limit,
      maxParallel: body.max_parallel_requests,
      modelRpm: body.model_rpm_limit,
      modelTpm: body.model_tpm_limit,
      tagRpm: body.tag_rpm_limit,
      rpmType: body.rpm_limit_type,
      tpmType: body.tpm_limit_type,
    }),
    budgetFallbacks: body.budget_fallbacks,
    throttlesOverBudget: body.throttle_on_budget_exceeded,
  });
}

/** True where a patch changes nothing. */
export function isEmptyPatch({ rates, ...rest }: LimitPatch): boolean {
  return Object.keys(rest).length === 0 && Object.keys(rates ?? {}).length === 0;
}

/** The limits as answers show them: every field, null where there is no limit; money in USD. */
export function limitView(state: OwnerState): Record<string, unknown> {
  return {
    ...storedLimitView(state.own),
    budget_id: state.budgetId,
    spend: usdFromNanos(state.spentNanos),
    budget_reset_at: state.resetAt?.toISOString() ?? null,
  };
}

export function storedLimitView(limits: StoredLimits): Record<string, unknown> {
  const money = (text: string | undefined): number | null => (text === undefined ? null : usdFromNanos(BigInt(text)));
  const models = Object.entries(limits.model_max_budget ?? {});
  return {
    max_budget: money(limits.max_budget),
    soft_budget: money(limits.soft_budget),
    budget_duration: limits.budget_duration ?? null,
    budget_limits: limits.budget_limits?.map((window) => ({ ...window, max_budget: money(window.max_budget) })) ?? null,
    model_max_budget: Object.fromEntries(
      models.map(([model, { max_budget, ...rest }]) => [model, { max_budget: money(max_budget), ...rest }]),
    ),
    ...(limits.temp_budget_increase !== undefined && {
      temp_budget_increase: money(limits.temp_budget_increase),
      temp_budget_expiry: limits.temp_budget_expiry ?? null,
    }),
    tpm_limit: limits.tpm_limit ?? null,
    rpm_limit: limits.rpm_limit ?? null,
    tpd_limit: limits.tpd_limit ?? null,
    max_parallel_requests: limits.max_parallel_requests ?? null,
    model_rpm_limit: limits.model_rpm_limit ?? null,
    model_tpm_limit: limits.model_tpm_limit ?? null,
    tag_rpm_limit: limits.tag_rpm_limit ?? null,
    rpm_limit_type: limits.rpm_limit_type ?? null,
    tpm_limit_type: limits.tpm_limit_type ?? null,
    budget_fallbacks: limits.budget_fallbacks ?? null,
    throttle_on_budget_exceeded: limits.throttle_on_budget_exceeded ?? false,
  };
}

function windowsOf(given: LimitBody['budget_limits']): LimitPatch['windows'] {
  if (!given) return given;
  const windows = given.map(({ budget_duration: duration, max_budget }) => ({
    duration,
    maxNanos: nanosFromUsd(max_budget),
  }));
  if (new Set(windows.map(({ duration }) => duration)).size < windows.length) {
    throw invalid('budget_limits', 'names a duration twice. Give each window once.');
  }
  return windows;
}

function modelBudgetsOf(given: LimitBody['model_max_budget']): LimitPatch['modelBudgets'] {
  if (!given) return given;
  const entries = Object.entries(given).map(([model, { max_budget, budget_limit, budget_duration, time_period }]) => {
    const most = max_budget ?? budget_limit;
    if (most === undefined) throw invalid('model_max_budget', `gives no \`max_budget\` for ${model}.`);
    return [model, { maxNanos: nanosFromUsd(most), duration: budget_duration ?? time_period ?? null }] as const;
  });
  return Object.fromEntries(entries);
}

function increaseOf(body: LimitBody, until: (expiry: string) => Date): LimitPatch['increase'] {
  const { temp_budget_increase: increase, temp_budget_expiry: expiry } = body;
  if (increase === undefined) return undefined;
  if (increase === null) return null;
  if (typeof expiry !== 'string') throw invalid('temp_budget_expiry', 'is missing: a temporary increase needs an end.');
  return { nanos: nanosFromUsd(increase), until: until(expiry) };
}

function dropAbsent<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function invalid(param: string, what: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` ${what}` } });
}
