/** The limits in answers: the schemas of what `limitView` makes, and LiteLLM's budget table of those who have one. */
import { z } from 'zod';
import type { OwnerState } from '../../limits/definitions/limit-definitions.service.js';
import { storedLimitView } from '../limit-fields/limit-fields.js';

const usd = z.number().nullable();
const count = z.number().nullable();
const counts = z.record(z.string(), z.number()).nullable();
const windows = z.array(z.object({ budget_duration: z.string(), max_budget: usd })).nullable();
const modelBudgets = z.record(z.string(), z.object({ max_budget: usd, budget_duration: z.string().optional() }));

const limitsAlone = {
  max_budget: usd.describe('In USD.'),
  soft_budget: usd,
  budget_duration: z.string().nullable(),
  budget_limits: windows,
  model_max_budget: modelBudgets,
  temp_budget_increase: usd.optional(),
  temp_budget_expiry: z.string().nullable().optional(),
  tpm_limit: count,
  rpm_limit: count,
  tpd_limit: count,
  max_parallel_requests: count,
  model_rpm_limit: counts,
  model_tpm_limit: counts,
  tag_rpm_limit: counts,
  rpm_limit_type: z.string().nullable(),
  tpm_limit_type: z.string().nullable(),
  budget_fallbacks: z.record(z.string(), z.array(z.string())).nullable(),
  throttle_on_budget_exceeded: z.boolean(),
} as const;

/** Of an object that has limits: its own, and what was spent of them. */
export const limitAnswer = {
  ...limitsAlone,
  budget_id: z.string().nullable().describe('The budget whose limits hold where it has none of its own.'),
  spend: z.number().describe('USD in the running window.'),
  budget_reset_at: z.string().nullable(),
} as const;

/** What holds for an owner, its own limits and those of its budget together. */
export const budgetTable = z.object({
  ...limitsAlone,
  budget_id: z.string().nullable(),
  budget_reset_at: z.string().nullable(),
  allowed_models: z.array(z.string()).optional(),
  created_at: z.string().optional(),
});

/** @param allowedModels of a member of a team */
export function budgetTableOf(
  { budgetId, effective, resetAt }: OwnerState,
  allowedModels?: readonly string[],
): Record<string, unknown> {
  return {
    ...storedLimitView(effective),
    budget_id: budgetId,
    budget_reset_at: resetAt?.toISOString() ?? null,
    ...(allowedModels && { allowed_models: allowedModels }),
  };
}
