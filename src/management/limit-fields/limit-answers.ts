/** What answers say of limits and spend: the schemas of what `limitView` makes, and LiteLLM's budget table of those who have one. */
import { z } from 'zod';
import type { OwnerState } from '../../limits/definitions/limit-definitions.service.js';
import { storedLimitView } from './limit-fields.js';

const counts = z.record(z.string(), z.number()).nullable();

/** The fields of `storedLimitView`. */
export const storedLimitAnswer = {
  max_budget: z.number().nullable().describe('USD'),
  soft_budget: z.number().nullable().describe('USD: alerts, no refusals'),
  budget_duration: z.string().nullable(),
  budget_limits: z
    .array(z.object({ budget_duration: z.string(), max_budget: z.number().nullable() }))
    .nullable()
    .describe('Windows that run beside the main one'),
  model_max_budget: z.record(
    z.string(),
    z.object({ max_budget: z.number().nullable(), budget_duration: z.string().optional() }),
  ),
  temp_budget_increase: z.number().nullable().optional(),
  temp_budget_expiry: z.string().nullable().optional(),
  tpm_limit: z.number().nullable(),
  rpm_limit: z.number().nullable(),
  tpd_limit: z.number().nullable(),
  max_parallel_requests: z.number().nullable(),
  model_rpm_limit: counts,
  model_tpm_limit: counts,
  tag_rpm_limit: counts,
  rpm_limit_type: z.string().nullable(),
  tpm_limit_type: z.string().nullable(),
  budget_fallbacks: z.record(z.string(), z.array(z.string())).nullable(),
  throttle_on_budget_exceeded: z.boolean(),
} as const;

/** The fields of `limitView`. */
export const limitAnswer = {
  ...storedLimitAnswer,
  budget_id: z.string().nullable().describe('The budget whose limits hold where it has none of its own.'),
  spend: z.number().describe('USD since the last reset'),
  budget_reset_at: z.string().nullable(),
} as const;

/** What holds for an owner, its own limits and those of its budget together. */
export const budgetTable = z.object({
  ...storedLimitAnswer,
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
