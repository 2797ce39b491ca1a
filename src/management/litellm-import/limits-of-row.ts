/** What a row of LiteLLM's limits its object to, and what it has spent. */
import { nanosFromUsd } from '../../core/pricing/money.js';
import { isBudgetDuration } from '../../limits/definitions/next-reset.js';
import type { LimitPatch, RateLimits } from '../../limits/definitions/owner-limits.js';
import { asNames, asNumber, asObject, type LiteLLMRow } from './litellm-row.js';
import { NotImportable } from './not-importable.js';

/** The databases' integers end at nine billion USD; what lies beyond a hundred million is a mistake. */
const mostUsd = 100_000_000;

/** Limits that LiteLLM keeps in an object's metadata. */
export const limitsInMetadata = [
  'model_rpm_limit',
  'model_tpm_limit',
  'tag_rpm_limit',
  'rpm_limit_type',
  'tpm_limit_type',
  'temp_budget_increase',
  'temp_budget_expiry',
] as const;

/** @throws NotImportable for a limit that cannot be kept: without it, more would be allowed than before */
export function limitsOf(row: LiteLLMRow): LimitPatch {
  const metadata = row.object('metadata');
  const duration = row.text('budget_duration');
  if (duration !== null) checkDuration(duration);
  const windows = windowsOf(row);
  const modelBudgets = modelBudgetsOf(row.object('model_max_budget'));
  const fallbacks = Object.entries(row.object('budget_fallbacks')).map(([model, names]) => [model, asNames(names)]);
  return {
    ...present({
      budgetId: row.text('budget_id'),
      maxNanos: moneyOf('max_budget', row.get('max_budget')),
      softNanos: moneyOf('soft_budget', row.get('soft_budget')),
      duration,
      windows: windows.length > 0 ? windows : null,
      modelBudgets: Object.keys(modelBudgets).length > 0 ? modelBudgets : null,
      increase: increaseOf(row, metadata),
      budgetFallbacks: fallbacks.length > 0 ? (Object.fromEntries(fallbacks) as Record<string, string[]>) : null,
    }),
    rates: ratesOf(row, metadata),
  };
}

/** What was spent since the last reset. */
export function spentNanosOf(row: LiteLLMRow): bigint {
  const spent = row.number('spend') ?? 0;
  return spent <= 0 ? 0n : (moneyOf('spend', spent) ?? 0n);
}

export function hasLimits({ rates = {}, ...rest }: LimitPatch): boolean {
  return Object.keys(rest).length > 0 || Object.keys(rates).length > 0;
}

function ratesOf(row: LiteLLMRow, metadata: Readonly<Record<string, unknown>>): Partial<RateLimits> {
  const either = (name: string): unknown => row.get(name) ?? metadata[name];
  const byName = (name: string): Record<string, number> | null => {
    const entries = Object.entries(asObject(either(name))).map(([key, value]) => [key, countOf(name, value) ?? 0]);
    return entries.length > 0 ? (Object.fromEntries(entries) as Record<string, number>) : null;
  };
  const type = (name: string): RateLimits['rpmType'] => {
    const value = either(name);
    return value === 'guaranteed_throughput' || value === 'best_effort_throughput' || value === 'dynamic'
      ? value
      : null;
  };
  return present({
    rpm: countOf('rpm_limit', row.get('rpm_limit')),
    tpm: countOf('tpm_limit', row.get('tpm_limit')),
    tpd: countOf('tpd_limit', row.get('tpd_limit')),
    maxParallel: countOf('max_parallel_requests', row.get('max_parallel_requests')),
    modelRpm: byName('model_rpm_limit'),
    modelTpm: byName('model_tpm_limit'),
    tagRpm: byName('tag_rpm_limit'),
    rpmType: type('rpm_limit_type'),
    tpmType: type('tpm_limit_type'),
  });
}

function windowsOf(row: LiteLLMRow): { duration: string; maxNanos: bigint }[] {
  const windows = row.list('budget_limits').map((given) => {
    const { budget_duration: duration, max_budget } = asObject(given);
    const maxNanos = moneyOf('budget_limits', max_budget);
    if (typeof duration !== 'string' || maxNanos === null) throw new NotImportable('`budget_limits` cannot be read');
    checkDuration(duration);
    return { duration, maxNanos };
  });
  if (new Set(windows.map(({ duration }) => duration)).size < windows.length) {
    throw new NotImportable('`budget_limits` names a duration twice');
  }
  return windows;
}

/** Either `{max_budget, budget_duration}`, or its older form `{budget_limit, time_period}`, or an amount alone. */
function modelBudgetsOf(
  given: Readonly<Record<string, unknown>>,
): Record<string, { maxNanos: bigint; duration: string | null }> {
  const budgets = Object.entries(given).map(([model, value]) => {
    const fields = typeof value === 'object' ? asObject(value) : { max_budget: value };
    const maxNanos = moneyOf('model_max_budget', fields['max_budget'] ?? fields['budget_limit']);
    const duration = fields['budget_duration'] ?? fields['time_period'] ?? null;
    if (maxNanos === null || (duration !== null && typeof duration !== 'string')) {
      throw new NotImportable(`\`model_max_budget\` of ${model} cannot be read`);
    }
    if (duration !== null) checkDuration(duration);
    return [model, { maxNanos, duration }] as const;
  });
  return Object.fromEntries(budgets);
}

function increaseOf(row: LiteLLMRow, metadata: Readonly<Record<string, unknown>>): LimitPatch['increase'] | null {
  const nanos = moneyOf('temp_budget_increase', row.get('temp_budget_increase') ?? metadata['temp_budget_increase']);
  const given = row.get('temp_budget_expiry') ?? metadata['temp_budget_expiry'];
  const until = given instanceof Date ? given : typeof given === 'string' ? new Date(given) : null;
  // An increase without an end raises nothing in LiteLLM either.
  return nanos === null || until === null || Number.isNaN(until.getTime()) ? null : { nanos, until };
}

function moneyOf(name: string, value: unknown): bigint | null {
  if (value === null || value === undefined) return null;
  const usd = asNumber(value);
  if (usd === null || !(usd >= 0 && usd <= mostUsd)) {
    throw new NotImportable(`\`${name}\` is no amount from 0 to ${mostUsd} USD`);
  }
  return nanosFromUsd(usd);
}

function countOf(name: string, value: unknown): number | null {
  if (value === null || value === undefined) return null;
  const count = asNumber(value);
  if (count === null || count < 0 || !Number.isSafeInteger(count)) {
    throw new NotImportable(`\`${name}\` is no whole number from 0`);
  }
  return count;
}

function checkDuration(duration: string): void {
  if (!isBudgetDuration(duration)) throw new NotImportable(`the budget duration \`${duration}\` is not known`);
}

function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], null | undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as {
    [K in keyof T]?: Exclude<T[K], null | undefined>;
  };
}
