/** The queries and answers of `/global/spend/*` and `/spend/tags`. */
import { z } from 'zod';
import { apiKey, checkRange, dayRange, format, names, optionalDayRange, text, wholeNumber } from './report-query.js';

const mostListed = 1_000;

export const anyFormatSchema = z.object({ format });
export const tagsQuerySchema = z.object({ ...optionalDayRange, format }).superRefine(checkRange);
export const globalTagsQuerySchema = z.object({ ...dayRange, tags: names.optional(), format }).superRefine(checkRange);
export const dailySpendQuerySchema = z.object({ api_key: apiKey.optional(), format });
export const topKeysQuerySchema = z.object({ limit: wholeNumber(mostListed).default(mostListed), format });
export const topModelsQuerySchema = z.object({ limit: wholeNumber(mostListed).default(10), format });
export const providersQuerySchema = z.object({ ...dayRange, format }).superRefine(checkRange);
export const endUsersBodySchema = z.object({
  startTime: z.iso.datetime({ offset: true, local: true }).nullish(),
  endTime: z.iso.datetime({ offset: true, local: true }).nullish(),
  api_key: apiKey.nullish().describe('In clear or as its SHA-256 hash.'),
});
export const reportQuerySchema = z
  .object({
    ...dayRange,
    group_by: z.enum(['team', 'customer', 'api_key']).default('team'),
    api_key: apiKey.optional(),
    internal_user_id: text.optional(),
    team_id: text.optional(),
    customer_id: text.optional(),
    format,
  })
  .superRefine(checkRange);
export const ownReportQuerySchema = z
  .object({
    ...dayRange,
    user_id: text.optional(),
    team_id: text.optional(),
    organization_id: text.optional(),
    format,
  })
  .superRefine(checkRange);

export type TagsQuery = z.output<typeof tagsQuerySchema>;
export type GlobalTagsQuery = z.output<typeof globalTagsQuerySchema>;
export type DailySpendQuery = z.output<typeof dailySpendQuerySchema>;
export type TopQuery = z.output<typeof topKeysQuerySchema>;
export type ProvidersQuery = z.output<typeof providersQuerySchema>;
export type EndUsersBody = z.output<typeof endUsersBodySchema>;
export type ReportQuery = z.output<typeof reportQuerySchema>;
export type OwnReportQuery = z.output<typeof ownReportQuerySchema>;

const usd = z.number().describe('USD');
const count = z.number().int().min(0);

export const totalAnswer = z.object({ spend: usd, max_budget: usd.nullable() });
export const tagsAnswer = z.array(z.object({ individual_request_tag: z.string(), log_count: count, total_spend: usd }));
export const globalTagsAnswer = z.object({
  spend_per_tag: z.array(z.object({ name: z.string(), spend: usd, log_count: count })),
});
export const tagNamesAnswer = z.object({ tag_names: z.array(z.string()) });
export const daysAnswer = z.array(z.object({ date: z.string(), spend: usd, api_key: z.string().optional() }));
export const keysAnswer = z.array(
  z.object({
    api_key: z.string().describe('The SHA-256 hash of the key.'),
    key_alias: z.string().nullable(),
    key_name: z.string().nullable(),
    total_spend: usd,
  }),
);
export const teamsAnswer = z.object({
  daily_spend: z
    .array(z.record(z.string(), z.union([z.string(), z.number()])))
    .describe('For each day its `date`, and the spend by the alias of each team.'),
  teams: z.array(z.string()),
  total_spend_per_team: z.array(z.object({ team_id: z.string(), total_spend: usd })),
});
export const modelsAnswer = z.array(z.object({ model: z.string(), total_spend: usd, total_tokens: count }));
export const providersAnswer = z.array(z.object({ provider: z.string(), spend: usd }));
export const endUserNamesAnswer = z.object({ end_users: z.array(z.string()) });
export const endUsersAnswer = z.array(z.object({ end_user: z.string(), total_count: count, total_spend: usd }));
export const keyReportAnswer = z.array(
  z.object({
    api_key: z.string(),
    total_cost: usd,
    total_input_tokens: count,
    total_output_tokens: count,
    model_details: z.array(
      z.object({
        model: z.string(),
        team_id: z.string().nullable().optional(),
        total_cost: usd,
        total_input_tokens: count,
        total_output_tokens: count,
      }),
    ),
  }),
);
const reportedUse = z.object({ model: z.string(), api_key: z.string(), spend: usd, total_tokens: count });
const reportedSpend = { total_spend: usd, metadata: z.array(reportedUse) };
export const reportAnswer = z.union([
  keyReportAnswer,
  z.array(
    z.object({
      group_by_day: z.string(),
      teams: z.array(z.object({ team_name: z.string(), ...reportedSpend })),
    }),
  ),
  z.array(
    z.object({
      group_by_day: z.string(),
      customers: z.array(z.object({ customer: z.string(), ...reportedSpend })),
    }),
  ),
]);
