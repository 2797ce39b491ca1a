/** The queries and answers of the spend log's routes, as LiteLLM spells them, checked field by field. */
import { z } from 'zod';
import { nanosFromUsd } from '../../core/pricing/money.js';
import { apiKey, flag, format, text, wholeNumber } from './report-query.js';

const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?)(Z|[+-]\d{2}:\d{2})?)?$/;
const USD = /^\d{1,9}(?:\.\d{1,20})?(?:[eE]-\d{1,2})?$/;
const CURSOR = /^(\d{1,15})\.(.{1,1024})$/s;
const DAY_MS = 86_400_000;
const MAX_PAGE_SIZE = 1_000;
const MAX_PAGE = 1_000_000;
const DATE_HINT = 'must be a date like 2026-01-31, or a time like 2026-01-31 23:59:59 (UTC where it names no zone)';

/** What LiteLLM sorts by. */
export const sortFields = [
  'startTime',
  'endTime',
  'spend',
  'total_tokens',
  'request_duration_ms',
  'ttft_ms',
  'model',
] as const;
export type SortField = (typeof sortFields)[number];

/** Where a page of the newest rows ended. */
export interface LogCursor {
  readonly startedAt: Date;
  readonly requestId: string;
}

const startDate = z.string().transform((given, context) => readDate(given, 'start') ?? refuse(context, DATE_HINT));
/** A day without a time is meant whole. */
const endDate = z.string().transform((given, context) => readDate(given, 'end') ?? refuse(context, DATE_HINT));

const usd = z
  .string()
  .regex(USD, 'must be an amount in USD such as 0.25')
  .transform((amount) => nanosFromUsd(amount));

const cursor = z
  .string()
  .max(2_048)
  .transform((given, context) => readCursor(given) ?? refuse(context, 'must be the `next_cursor` of another answer'));

export const spendLogsQuerySchema = z.object({
  api_key: apiKey.optional(),
  user_id: text.optional(),
  request_id: text.optional(),
  start_date: startDate.optional(),
  end_date: endDate.optional(),
  summarize: flag.default(true),
  format,
});
export type SpendLogsQuery = z.infer<typeof spendLogsQuerySchema>;

const paging = {
  page: wholeNumber(MAX_PAGE).default(1),
  page_size: wholeNumber(MAX_PAGE_SIZE).default(50),
} as const;

export const spendLogsPageQuerySchema = z.object({
  start_date: startDate.optional(),
  end_date: endDate.optional(),
  api_key: apiKey.optional(),
  user_id: text.optional(),
  team_id: text.optional(),
  request_id: text.optional(),
  session_id: text.optional(),
  key_alias: text.optional(),
  model: text.optional(),
  model_group: text.optional(),
  model_id: text.optional(),
  end_user: text.optional(),
  status_filter: z.enum(['success', 'failure']).optional(),
  cache_hit_filter: z.enum(['hit', 'miss']).optional(),
  error_code: text.optional(),
  min_spend: usd.optional(),
  max_spend: usd.optional(),
  sort_by: z.enum(sortFields).default('startTime'),
  sort_order: z.enum(['asc', 'desc']).default('desc'),
  ...paging,
  cursor: cursor.optional(),
  format,
});
export type SpendLogsPageQuery = z.infer<typeof spendLogsPageQuerySchema>;

export const sessionLogsQuerySchema = z.object({
  session_id: text,
  start_date: startDate.optional(),
  end_date: endDate.optional(),
  ...paging,
});
export type SessionLogsQuery = z.infer<typeof sessionLogsQuerySchema>;

const count = z.number().int();
const anyObject = z.record(z.string(), z.unknown());

export const spendLogSchema = z.object({
  request_id: z.string(),
  litellm_call_id: z.string(),
  call_type: z.string(),
  api_key: z.string().describe('The SHA-256 hash of the key.'),
  spend: z.number().describe('USD'),
  total_tokens: count,
  prompt_tokens: count,
  completion_tokens: count,
  startTime: z.string(),
  endTime: z.string().nullable(),
  completionStartTime: z.string().nullable(),
  request_duration_ms: z.number(),
  model: z.string(),
  model_id: z.string(),
  model_group: z.string(),
  custom_llm_provider: z.string(),
  api_base: z.string(),
  user: z.string(),
  end_user: z.string(),
  team_id: z.string().nullable(),
  organization_id: z.string().nullable(),
  metadata: anyObject,
  cache_hit: z.string(),
  cache_key: z.string(),
  request_tags: z.array(z.string()),
  requester_ip_address: z.string().nullable(),
  messages: z.unknown(),
  response: z.unknown(),
  proxy_server_request: z.unknown(),
  session_id: z.string().nullable(),
  status: z.string(),
  mcp_namespaced_tool_name: z.null(),
});
export const spendLogsAnswer = z.array(anyObject).describe('Rows of the spend log, or sums by day.');
export const spendLogsPageAnswer = z.object({
  data: z.array(spendLogSchema),
  total: count.describe(
    'At most 10,000. With a filter that no index serves, and with a `cursor`, those that were found on the way, at most 1,000; `total_is_exact` says whether there are more.',
  ),
  total_is_exact: z.boolean(),
  page: count,
  page_size: count,
  total_pages: count,
  next_cursor: z
    .string()
    .nullable()
    .describe(
      'For `cursor`: the rows after these, however many there are. With a filter that no index serves a page may have fewer rows than asked for, or none, and yet a cursor: go on until it is null.',
    ),
});
export const requestDetailAnswer = z.object({
  request_id: z.string(),
  messages: z.unknown(),
  response: z.unknown(),
  proxy_server_request: z.unknown(),
});

export function cursorText({ startedAt, requestId }: LogCursor): string {
  return Buffer.from(`${startedAt.getTime()}.${requestId}`).toString('base64url');
}

function readCursor(given: string): LogCursor | null {
  const [, atMs, requestId] = CURSOR.exec(Buffer.from(given, 'base64url').toString()) ?? [];
  if (atMs === undefined || requestId === undefined) return null;
  const startedAt = new Date(Number(atMs));
  return Number.isNaN(startedAt.getTime()) ? null : { startedAt, requestId };
}

function readDate(given: string, end: 'start' | 'end'): Date | null {
  const [, day, time, zone] = DATE.exec(given.trim()) ?? [];
  if (day === undefined) return null;
  const midnight = new Date(`${day}T00:00:00Z`);
  // A day that the month does not have would otherwise become one of the next month.
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, day.length) !== day) return null;
  if (time === undefined) return end === 'start' ? midnight : new Date(midnight.getTime() + DAY_MS - 1);
  const moment = new Date(`${day}T${time}${zone ?? 'Z'}`);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

function refuse(context: { addIssue(message: string): void }, message: string): never {
  context.addIssue(message);
  return z.NEVER;
}
