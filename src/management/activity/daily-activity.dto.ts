/** The queries and the answer of daily activity, as LiteLLM spells them. */
import { z } from 'zod';
import { apiKey, checkRange, dayRange, flag, format, names, text, wholeNumber } from '../spend/report-query.js';

const MAX_PAGE_SIZE = 1_000;
const common = {
  ...dayRange,
  model: text.optional(),
  api_key: apiKey.optional(),
  page: wholeNumber(1_000_000).default(1),
  page_size: wholeNumber(MAX_PAGE_SIZE).default(50),
  format,
} as const;
/** As JavaScript's `getTimezoneOffset`: minutes that local time is behind UTC. */
const offset = z
  .string()
  .regex(/^-?\d{1,3}$/, 'must be the minutes that local time is behind UTC, such as -60 or 480')
  .transform(Number)
  .refine((minutes) => Math.abs(minutes) <= 840, 'must be from -840 to 840');

export const userActivitySchema = z
  .object({
    ...common,
    user_id: text.optional(),
    timezone: offset.optional(),
    include_current_utc_day: flag.optional(),
  })
  .superRefine(checkRange);
export const teamActivitySchema = z
  .object({ ...common, team_ids: names.optional(), exclude_team_ids: names.optional() })
  .superRefine(checkRange);
export const tagActivitySchema = z.object({ ...common, tags: names.optional() }).superRefine(checkRange);
export const organizationActivitySchema = z
  .object({ ...common, organization_ids: names.optional(), exclude_organization_ids: names.optional() })
  .superRefine(checkRange);
export const customerActivitySchema = z
  .object({ ...common, end_user_ids: names.optional(), exclude_end_user_ids: names.optional() })
  .superRefine(checkRange);
export const usersOfTeamsSchema = z.object({ ...dayRange, team_ids: names, format }).superRefine(checkRange);

export type UserActivityQuery = z.output<typeof userActivitySchema>;
export type TeamActivityQuery = z.output<typeof teamActivitySchema>;
export type TagActivityQuery = z.output<typeof tagActivitySchema>;
export type OrganizationActivityQuery = z.output<typeof organizationActivitySchema>;
export type CustomerActivityQuery = z.output<typeof customerActivitySchema>;
export type UsersOfTeamsQuery = z.output<typeof usersOfTeamsSchema>;

const usd = z.number().describe('USD');
const count = z.number().int();

const metrics = z.object({
  spend: usd,
  prompt_tokens: count,
  completion_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  total_tokens: count,
  successful_requests: count,
  failed_requests: count,
  api_requests: count,
});
const keyMetric = z.object({
  metrics,
  metadata: z.object({
    key_alias: z.string().nullable(),
    team_id: z.string().nullable(),
    user_id: z.string().nullable(),
    user_email: z.string().nullable(),
    key_exists: z.boolean(),
  }),
});
const metric = z.object({
  metrics,
  metadata: z.record(z.string(), z.unknown()),
  api_key_breakdown: z.record(z.string(), keyMetric),
});
const breakdown = z.record(z.string(), metric);

export const activityAnswer = z.object({
  results: z.array(
    z.object({
      date: z.string(),
      metrics,
      breakdown: z.object({
        mcp_servers: breakdown,
        models: breakdown,
        model_groups: breakdown,
        providers: breakdown,
        endpoints: breakdown,
        api_keys: z.record(z.string(), keyMetric),
        entities: breakdown,
      }),
    }),
  ),
  metadata: z
    .object({
      total_spend: usd,
      total_prompt_tokens: count,
      total_completion_tokens: count,
      total_tokens: count,
      total_api_requests: count,
      total_successful_requests: count,
      total_failed_requests: count,
      total_cache_read_input_tokens: count,
      total_cache_creation_input_tokens: count,
      page: count,
      total_pages: count,
      has_more: z.boolean(),
    })
    .describe('The totals are those of this page: the pages add up to the whole.'),
});
export const usersOfTeamsAnswer = z.object({
  start_date: z.string(),
  end_date: z.string(),
  results: z.array(
    z.object({
      team_id: z.string(),
      team_alias: z.string().nullable(),
      user_id: z.string(),
      user_email: z.string().nullable(),
      user_alias: z.string().nullable(),
      spend: usd,
      prompt_tokens: count,
      completion_tokens: count,
      total_tokens: count,
      api_requests: count,
      successful_requests: count,
      failed_requests: count,
    }),
  ),
});
