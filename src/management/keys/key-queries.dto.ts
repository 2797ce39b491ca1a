/** The queries of the key routes, as LiteLLM spells them. */
import { z } from 'zod';
import { keyHash } from '../../auth/key-hash.js';
import { isKeyHash } from './key-token.js';

const text = z
  .string()
  .min(1)
  .max(256)
  .refine((given) => !given.includes('\u0000'), 'must not hold the character U+0000');
const flag = z.enum(['true', 'false', 'True', 'False', '1', '0']).transform((given) => /^(true|1)$/i.test(given));

function wholeNumber(most: number): z.ZodType<number> {
  const hint = `must be a whole number from 1 to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, hint)
    .transform(Number)
    .refine((value) => value >= 1 && value <= most, hint);
}

const mostPages = 10_000_000;
const page = wholeNumber(mostPages).default(1);
const mostPerPage = 100;

export const statuses = ['active', 'expired', 'revoked', 'deleted'] as const;
export const columnSorts = ['created_at', 'updated_at', 'token', 'key_alias', 'expires'] as const;
export const computedSorts = ['spend', 'max_budget', 'budget_reset_at', 'tpm_limit', 'rpm_limit'] as const;
const sorts = [...columnSorts, ...computedSorts] as const;

export const keyInfoQuerySchema = z.object({ key: z.string().min(1).max(1_024).optional() });
export type KeyInfoQuery = z.output<typeof keyInfoQuerySchema>;

export const keyListQuerySchema = z.object({
  page,
  size: wholeNumber(mostPerPage).default(10),
  user_id: text.optional(),
  team_id: text.optional(),
  organization_id: text.optional(),
  project_id: text.optional(),
  key_hash: text.optional(),
  key_alias: text.optional(),
  search: text
    .optional()
    .describe(
      'Keys whose hash is this, or whose alias holds it; in a list of more than 50,000 keys, among the newest 50,000, the 450 newest of them.',
    ),
  substring_matching: flag
    .default(false)
    .describe('`key_alias`, and for proxy admins `user_id`, as a part of the value.'),
  status: z.enum(statuses).optional(),
  expires: z.enum(['active', 'expired']).optional(),
  return_full_object: flag.default(false),
  include_team_keys: flag.default(false),
  include_created_by_keys: flag.default(false),
  sort_by: z.enum(sorts).default('created_at'),
  sort_order: z.enum(['asc', 'desc', 'ASC', 'DESC']).default('desc'),
  expand: z.union([z.literal('user'), z.array(z.literal('user')).max(10)]).optional(),
});
export type KeyListQuery = z.output<typeof keyListQuerySchema>;

export const keyAliasesQuerySchema = z.object({
  page,
  size: wholeNumber(mostPerPage).default(50),
  search: text.optional(),
  team_id: text.optional(),
});
export type KeyAliasesQuery = z.output<typeof keyAliasesQuerySchema>;

const dayMs = 86_400_000;
const mostDays = 366;
const day = z.iso.date({ error: 'must be a day such as 2026-01-31' });

export const keySpendQuerySchema = z
  .object({
    start_date: day,
    end_date: day,
    api_key: text.transform((key) => (isKeyHash(key) ? key : keyHash(key))).optional(),
  })
  .refine(({ start_date, end_date }) => start_date <= end_date, {
    path: ['start_date'],
    message: 'must not be after end_date',
  })
  .refine(({ start_date, end_date }) => Date.parse(end_date) - Date.parse(start_date) <= mostDays * dayMs, {
    path: ['end_date'],
    message: `must be at most ${mostDays} days after start_date`,
  });
export type KeySpendQuery = z.output<typeof keySpendQuerySchema>;
