/** What may be granted below a ceiling: nobody gets more models, money or throughput than what stands above them has. */
import { mayUseModel } from '../../auth/model-access.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import type { StoredLimits } from '../../limits/definitions/owner-limits.js';

export interface Ceiling {
  /** Such as `the organization`. */
  readonly of: string;
  readonly models: readonly string[];
  readonly limits: StoredLimits;
}

/** What a request asks for. What it leaves alone is absent: a ceiling that was lowered since stops no other change. */
export interface Granted {
  readonly models?: readonly string[] | undefined;
  readonly limits?: StoredLimits | undefined;
}

/**
 * `within`: what says nothing of a limit is held to the ceiling by the ceiling itself.
 * `kept`: every limit of the ceiling must stay, since it is the object's own.
 */
export type CeilingRule = 'within' | 'kept';

/** Grants no model at all, so it fits below every ceiling. */
const noModels = 'no-default-models';

/** @throws GatewayError `invalid_request` that names the field, what was asked for and what is the most */
export function checkWithin({ models, limits }: Granted, ceiling: Ceiling, rule: CeilingRule = 'within'): void {
  const outside = models === undefined ? [] : modelsOutside(models, ceiling.models, rule);
  if (outside.length > 0) {
    throw refusal('models', `\`models\` asks for ${outside.join(', ')}, which ${ceiling.of} does not have.`);
  }
  const excess = limits === undefined ? null : findExcess(limits, ceiling.limits, rule);
  if (excess) {
    const { field, asked, most } = excess;
    throw refusal(field, `\`${field}\` is ${asked}, and ${ceiling.of} has ${most}. Ask for no more than that.`);
  }
}

/** Those of the models that the ceiling does not hold. */
export function modelsOutside(
  models: readonly string[],
  ceiling: readonly string[],
  rule: CeilingRule = 'within',
): readonly string[] {
  if (ceiling.length === 0 || ceiling.includes('all-proxy-models')) return [];
  if (models.length === 0) return rule === 'kept' ? ['all models'] : [];
  return models.filter((model) => model !== noModels && !mayUseModel(ceiling, model));
}

interface Excess {
  readonly field: string;
  readonly asked: string;
  readonly most: string;
}

const counted = ['tpm_limit', 'rpm_limit', 'tpd_limit', 'max_parallel_requests'] as const;
const countedByModel = ['model_rpm_limit', 'model_tpm_limit'] as const;

export function findExcess(limits: StoredLimits, ceiling: StoredLimits, rule: CeilingRule = 'within'): Excess | null {
  const money = moneyExcess(limits, ceiling, rule);
  if (money) return money;
  for (const field of counted) {
    const excess = countExcess(field, limits[field], ceiling[field], rule);
    if (excess) return excess;
  }
  for (const field of countedByModel) {
    for (const [model, most] of Object.entries(ceiling[field] ?? {})) {
      const excess = countExcess(field, limits[field]?.[model], most, rule);
      if (excess) return { ...excess, asked: `${excess.asked} for ${model}` };
    }
  }
  return null;
}

function moneyExcess(limits: StoredLimits, ceiling: StoredLimits, rule: CeilingRule): Excess | null {
  if (ceiling.max_budget === undefined) return null;
  const most = BigInt(ceiling.max_budget);
  const shown = `${usdFromNanos(most)} USD`;
  if (limits.max_budget === undefined) {
    return rule === 'kept' ? { field: 'max_budget', asked: 'without an end', most: shown } : null;
  }
  const asked = BigInt(limits.max_budget) + BigInt(limits.temp_budget_increase ?? '0');
  return asked > most ? { field: 'max_budget', asked: `${usdFromNanos(asked)} USD`, most: shown } : null;
}

function countExcess(
  field: string,
  asked: number | undefined,
  most: number | undefined,
  rule: CeilingRule,
): Excess | null {
  if (most === undefined) return null;
  if (asked === undefined) return rule === 'kept' ? { field, asked: 'without an end', most: String(most) } : null;
  return asked > most ? { field, asked: String(asked), most: String(most) } : null;
}

function refusal(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason } });
}
