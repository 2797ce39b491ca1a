/** The wire shapes of the budget routes, spelled as LiteLLM's clients send and read them. */
import { z } from 'zod';
import type { Budget } from '../../database/database-client.js';
import type { StoredLimits } from '../../limits/definitions/owner-limits.js';
import { closedBody } from '../wire/closed-body.js';
import { identifier, identifiers } from '../wire/fields.js';
import { storedLimitAnswer } from '../limit-fields/limit-answers.js';
import { limitFields, storedLimitView } from '../limit-fields/limit-fields.js';

const { budget_id: _own, ...limits } = limitFields;
// A budget is a definition: each of its owners starts anew by itself.
const unenforced = ['budget_reset_at', 'allowed_models'];

export const newBudgetSchema = closedBody(
  'a budget',
  { ...limits, budget_id: identifier.nullish().describe('Made up where it is not given') },
  unenforced,
);
export type NewBudgetBody = z.output<typeof newBudgetSchema>;

export const updateBudgetSchema = closedBody('a budget', { ...limits, budget_id: identifier }, unenforced);
export type UpdateBudgetBody = z.output<typeof updateBudgetSchema>;

export const budgetInfoSchema = closedBody('this request', { budgets: identifiers });
export const deleteBudgetSchema = closedBody('this request', { id: identifier });

export const budgetListQuerySchema = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  page_size: z.coerce.number().int().min(1).max(500).default(100),
});
export type BudgetListQuery = z.output<typeof budgetListQuerySchema>;

export const budgetSettingsQuerySchema = z.object({ budget_id: identifier });

export const budgetAnswer = z.object({
  budget_id: z.string(),
  ...storedLimitAnswer,
  created_at: z.string(),
  created_by: z.string(),
  updated_at: z.string(),
  updated_by: z.string(),
});
export type BudgetAnswer = z.output<typeof budgetAnswer>;

export const budgetSettingsAnswer = z.array(
  z.object({
    field_name: z.string(),
    field_type: z.string(),
    field_description: z.string(),
    field_value: z.unknown(),
    stored_in_db: z.boolean(),
    field_default_value: z.null(),
  }),
);

export function budgetView({ id, limits: stored, createdAt, createdBy, updatedAt, updatedBy }: Budget): BudgetAnswer {
  return {
    budget_id: id,
    ...storedLimitView(stored as StoredLimits),
    created_at: createdAt.toISOString(),
    created_by: createdBy,
    updated_at: updatedAt.toISOString(),
    updated_by: updatedBy,
  } as BudgetAnswer;
}

const described: readonly (readonly [field: string, type: string, description: string])[] = [
  ['max_budget', 'Float', 'USD that may be spent; beyond it requests are refused.'],
  ['soft_budget', 'Float', 'USD beyond which alerts are sent.'],
  ['budget_duration', 'String', 'After what time the budget starts anew, such as 30d.'],
  ['max_parallel_requests', 'Integer', 'Requests at the same time.'],
  ['tpm_limit', 'Integer', 'Tokens a minute.'],
  ['rpm_limit', 'Integer', 'Requests a minute.'],
  ['tpd_limit', 'Integer', 'Tokens a day.'],
  ['model_max_budget', 'Object', 'Budgets of single models, by their names.'],
];

/** What a budget can be told, with what this one says. */
export function budgetSettingsView(budget: Budget | null): z.output<typeof budgetSettingsAnswer> {
  const values = budget === null ? {} : storedLimitView(budget.limits as StoredLimits);
  return described.map(([field, type, description]) => ({
    field_name: field,
    field_type: type,
    field_description: description,
    field_value: values[field] ?? null,
    stored_in_db: budget !== null,
    field_default_value: null,
  }));
}
