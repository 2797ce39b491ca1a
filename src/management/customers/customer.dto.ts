/** The wire shapes of the customer routes, spelled as LiteLLM's clients send and read them. */
import { z } from 'zod';
import type { CustomerSettingsColumn } from '../../auth/customers/customer.repository.js';
import type { Customer } from '../../database/database-client.js';
import type { OwnerState } from '../../limits/definitions/limit-definitions.service.js';
import { closedBody } from '../wire/closed-body.js';
import { identifier, metadata, modelNames } from '../wire/fields.js';
import { storedLimitAnswer } from '../limit-fields/limit-answers.js';
import { limitFields, limitView, storedLimitView, temporaryIncreaseFields, usd } from '../limit-fields/limit-fields.js';

/** Requests may name customers in any way: whoever came by one can be found, changed and deleted by it. */
const customerId = z.string().min(1).max(256);

const fields = {
  ...limitFields,
  user_id: customerId.describe("The customer's id, as requests give it in `user`"),
  alias: identifier.nullish(),
  blocked: z.boolean().nullish(),
  allowed_model_region: z.enum(['eu', 'us']).nullish().describe('Only deployments there may serve the customer'),
  default_model: identifier.nullish().describe('Asked instead of a model that has no deployment in the region'),
  models: modelNames.nullish().describe('What the customer may use; empty for all'),
  metadata: metadata.nullish(),
  spend: usd.nullish().describe('USD that count as spent from now on'),
};
const unenforced = ['object_permission', 'budget_reset_at'];

export const newCustomerSchema = closedBody('a customer', fields, unenforced);
export type NewCustomerBody = z.output<typeof newCustomerSchema>;

export const updateCustomerSchema = closedBody('a customer', { ...fields, ...temporaryIncreaseFields }, unenforced);
export type UpdateCustomerBody = z.output<typeof updateCustomerSchema>;

export const customersSchema = closedBody('this request', { user_ids: z.array(customerId).min(1).max(500) });
export type CustomersBody = z.output<typeof customersSchema>;

export const customerInfoQuerySchema = z.object({ end_user_id: customerId });
export const customerListQuerySchema = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  page_size: z.coerce.number().int().min(1).max(100).default(50),
  search: z.string().min(1).max(256).optional().describe('A part of the id or of the alias'),
});
export type CustomerListQuery = z.output<typeof customerListQuerySchema>;

export const customerAnswer = z.object({
  user_id: z.string(),
  alias: z.string().nullable(),
  blocked: z.boolean(),
  spend: z.number().describe('USD since the last reset'),
  allowed_model_region: z.string().nullable(),
  default_model: z.string().nullable(),
  models: z.array(z.string()),
  metadata: z.record(z.string(), z.unknown()),
  budget_id: z.string().nullable(),
  budget_reset_at: z.string().nullable(),
  litellm_budget_table: z
    .object({ budget_id: z.string().nullable(), budget_reset_at: z.string().nullable(), ...storedLimitAnswer })
    .nullable()
    .describe('The limits that hold: its own, and those of its budget for what it says nothing of'),
  created_at: z.string(),
  updated_at: z.string(),
});
export type CustomerAnswer = z.output<typeof customerAnswer>;

export const blockedAnswer = z.object({ blocked_users: z.array(customerAnswer) });
export const unblockedAnswer = z.object({ blocked_users: z.array(z.string()).describe('Those who are still blocked') });
export const deletedCustomersAnswer = z.object({ deleted_customers: z.number().int(), message: z.string() });

export function customerView(row: Customer, state: OwnerState | undefined): CustomerAnswer {
  const settings = (row.settings ?? {}) as CustomerSettingsColumn;
  const shown = state && limitView(state);
  const isLimited = state !== undefined && Object.keys(state.effective).length > 0;
  return {
    user_id: row.id,
    alias: row.alias,
    blocked: row.blocked,
    spend: shown?.['spend'] ?? 0,
    allowed_model_region: settings.allowed_model_region ?? null,
    default_model: row.defaultModel,
    models: [...(settings.models ?? [])],
    metadata: row.metadata,
    budget_id: state?.budgetId ?? null,
    budget_reset_at: shown?.['budget_reset_at'] ?? null,
    litellm_budget_table: isLimited
      ? {
          budget_id: state.budgetId,
          budget_reset_at: shown?.['budget_reset_at'] ?? null,
          ...storedLimitView(state.effective),
        }
      : null,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  } as CustomerAnswer;
}
