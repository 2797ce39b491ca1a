/** The query of the spend log's routes, as LiteLLM spells it, checked field by field. */
import { z } from 'zod';
import { keyHash } from '../../auth/key-hash.js';
import { nanosFromUsd } from '../../core/pricing/money.js';

const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?)(Z|[+-]\d{2}:\d{2})?)?$/;
const KEY_HASH = /^[0-9a-f]{64}$/;
const USD = /^\d{1,9}(?:\.\d{1,20})?(?:[eE]-\d{1,2})?$/;
const DAY_MS = 86_400_000;
const MAX_PAGE_SIZE = 1_000;
const MAX_PAGE = 1_000_000;
const DATE_HINT = 'must be a date like 2026-01-31, or a time like 2026-01-31 23:59:59 (UTC where it names no zone)';

/** LiteLLM filters on these; this version's rows hold them outside the columns that can be searched. */
const NOT_SERVED = ['session_id', 'key_alias', 'error_code', 'cache_hit_filter'] as const;

const text = z.string().min(1).max(1_024);

/** A clear key or its hash, as the hash. */
const apiKey = text.transform((key) => (KEY_HASH.test(key) ? key : keyHash(key)));

const startDate = z.string().transform((given, context) => readDate(given, 'start') ?? refuse(context, DATE_HINT));
/** A day without a time is meant whole. */
const endDate = z.string().transform((given, context) => readDate(given, 'end') ?? refuse(context, DATE_HINT));

const usd = z
  .string()
  .regex(USD, 'must be an amount in USD such as 0.25')
  .transform((amount) => nanosFromUsd(amount));

const flag = z.enum(['true', 'false', 'True', 'False', '1', '0']).transform((given) => /^(true|1)$/i.test(given));

function wholeNumber(max: number): z.ZodType<number> {
  const hint = `must be a whole number from 1 to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, hint)
    .transform(Number)
    .refine((value) => value >= 1 && value <= max, hint);
}

const notServed = Object.fromEntries(
  NOT_SERVED.map((name) => [name, z.never({ error: 'is not served yet as a filter; leave it out' }).optional()]),
);

export const spendLogsQuerySchema = z.object({
  api_key: apiKey.optional(),
  user_id: text.optional(),
  request_id: text.optional(),
  start_date: startDate.optional(),
  end_date: endDate.optional(),
  summarize: flag.default(true),
});
export type SpendLogsQuery = z.infer<typeof spendLogsQuerySchema>;

export const spendLogsPageQuerySchema = z.object({
  start_date: startDate.optional(),
  end_date: endDate.optional(),
  api_key: apiKey.optional(),
  user_id: text.optional(),
  team_id: text.optional(),
  request_id: text.optional(),
  model: text.optional(),
  model_group: text.optional(),
  model_id: text.optional(),
  end_user: text.optional(),
  status_filter: z.enum(['success', 'failure']).optional(),
  min_spend: usd.optional(),
  max_spend: usd.optional(),
  page: wholeNumber(MAX_PAGE).default(1),
  page_size: wholeNumber(MAX_PAGE_SIZE).default(50),
  ...notServed,
});
export type SpendLogsPageQuery = z.infer<typeof spendLogsPageQuerySchema>;

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
