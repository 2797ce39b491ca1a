/** The answers of the key routes. */
import { z } from 'zod';
import { statuses } from './key-queries.dto.js';

const moment = z.iso.datetime();
const usd = z.number().describe('USD');
const orNull = <T extends z.ZodType>(schema: T): z.ZodNullable<T> => schema.nullable();
const counts = z.record(z.string(), z.number().int());
const windowUsage = z.object({ current_spend: usd, budget_reset_at: orNull(moment) });

const limitAnswers = {
  max_budget: orNull(usd),
  soft_budget: orNull(usd),
  budget_duration: orNull(z.string()),
  budget_limits: orNull(z.array(z.object({ budget_duration: z.string(), max_budget: orNull(usd) }))),
  model_max_budget: z.record(z.string(), z.object({ max_budget: orNull(usd), budget_duration: z.string().nullish() })),
  temp_budget_increase: usd.nullish(),
  temp_budget_expiry: z.string().nullish(),
  tpm_limit: orNull(z.number().int()),
  rpm_limit: orNull(z.number().int()),
  tpd_limit: orNull(z.number().int()),
  max_parallel_requests: orNull(z.number().int()),
  model_rpm_limit: orNull(counts),
  model_tpm_limit: orNull(counts),
  tag_rpm_limit: orNull(counts),
  rpm_limit_type: orNull(z.string()),
  tpm_limit_type: orNull(z.string()),
  budget_fallbacks: orNull(z.record(z.string(), z.array(z.string()))),
  throttle_on_budget_exceeded: z.boolean(),
} as const;

const user = z.object({
  user_id: z.string(),
  user_email: orNull(z.string()),
  user_alias: orNull(z.string()),
  user_role: z.string(),
});

const keyAnswer = {
  key_name: z.string(),
  key_alias: orNull(z.string()),
  key_type: z.string(),
  models: z.array(z.string()),
  aliases: z.record(z.string(), z.string()),
  config: z.object({}),
  permissions: z.object({}),
  metadata: z.record(z.string(), z.unknown()),
  tags: z.array(z.string()),
  user_id: orNull(z.string()),
  team_id: orNull(z.string()),
  organization_id: orNull(z.string()),
  project_id: orNull(z.string()),
  allowed_routes: z.array(z.string()),
  enforced_params: z.array(z.string()),
  allowed_passthrough_routes: z.array(z.string()),
  denied_passthrough_routes: z.array(z.string()),
  allowed_cache_controls: z.array(z.string()),
  ...limitAnswers,
  budget_id: orNull(z.string()),
  spend: usd.describe('In USD, since `budget_duration` last began anew.'),
  budget_reset_at: orNull(moment),
  budget_limits_usage: z.record(z.string(), windowUsage).optional(),
  model_max_budget_usage: z.record(z.string(), windowUsage).optional(),
  litellm_budget_table: orNull(z.object({ budget_id: z.string(), ...limitAnswers })),
  expires: orNull(moment),
  blocked: z.boolean(),
  status: z.enum(statuses),
  auto_rotate: z.boolean(),
  rotation_interval: orNull(z.string()),
  rotation_count: z.number().int(),
  last_rotation_at: orNull(moment),
  key_rotation_at: orNull(moment),
  created_at: moment,
  created_by: z.string(),
  updated_at: moment,
  updated_by: z.string(),
} as const;

const hash = z.string().describe('SHA-256 of the key, in hex: names it, and is no key itself.');

/** The only answers that ever hold a key. */
export const newKeyAnswer = z.object({
  key: z.string().describe('Shown this once.'),
  token: hash,
  token_id: hash,
  ...keyAnswer,
});

export const keyRowAnswer = z.object({ token: hash, ...keyAnswer });

export const updatedKeyAnswer = z.object({ key: z.string().describe('As it was given.'), token: hash, ...keyAnswer });

/** A deleted one says when and by whom, too. */
const keyInfo = z.object({ ...keyAnswer, deleted_at: moment.optional(), deleted_by: z.string().optional() });

export const keyInfoAnswer = z.object({ key: z.string(), info: keyInfo });

export const keysInfoAnswer = z.object({ key: orNull(z.array(z.string())), info: z.array(keyInfo) });

const pageAnswer = {
  total_count: z.number().int().describe('Exact up to 10,000; beyond it, at least so many.'),
  current_page: z.number().int(),
  total_pages: z.number().int(),
  total_is_exact: z
    .boolean()
    .describe('Also false where a part of a text was looked for in a list of more than 50,000 keys.'),
} as const;

export const keyListAnswer = z.object({
  keys: z.array(
    z.union([
      hash,
      keyInfo.extend({
        token: hash,
        user: user.optional(),
        created_by_user: user.omit({ user_role: true }).optional(),
      }),
    ]),
  ),
  ...pageAnswer,
});

export const keyAliasesAnswer = z.object({
  aliases: z.array(z.string()),
  ...pageAnswer,
  size: z.number().int(),
});

export const deletedKeysAnswer = z.object({ deleted_keys: z.array(z.string()) });

export const bulkUpdateAnswer = z.object({
  total_requested: z.number().int(),
  successful_updates: z.array(z.object({ key: z.string(), key_info: z.object({ token: hash, ...keyAnswer }) })),
  failed_updates: z.array(z.object({ key: z.string(), key_info: z.null(), failed_reason: z.string() })),
});

export const resetSpendAnswer = z.object({
  key_hash: hash,
  spend: usd,
  previous_spend: usd,
  max_budget: orNull(usd),
  budget_reset_at: orNull(moment),
});

export const keyHealthAnswer = z.object({
  key: z.enum(['healthy', 'unhealthy']),
  logging_callbacks: orNull(
    z.object({ callbacks: z.array(z.string()), status: z.enum(['healthy', 'unhealthy']), details: z.string() }),
  ),
});

const costs = { total_cost: usd, total_input_tokens: z.number().int(), total_output_tokens: z.number().int() } as const;
export const keySpendAnswer = z.array(
  z.object({ api_key: hash, ...costs, model_details: z.array(z.object({ model: z.string(), ...costs })) }),
);
