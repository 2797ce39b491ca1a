/** The query and the answers of the audit log's routes, with LiteLLM's names. */
import { z } from 'zod';
import { auditEntrySchema } from './audit-entry-view.js';

const mostPages = 1_000_000;
const text = z
  .string()
  .min(1)
  .max(1_024)
  .refine((given) => !given.includes('\0'), 'must not hold the character NUL');

const wholeNumber = (most: number): z.ZodType<number> =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from 1 to ${most}`)
    .transform(Number)
    .refine((value) => value >= 1 && value <= most, `must be a whole number from 1 to ${most}`);

const dayMs = 86_400_000;
const datePattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** A day without a time is meant whole, a time without a zone is UTC. */
const moment = (end: 'start' | 'end'): z.ZodType<Date> =>
  z.string().transform((given, context) => {
    const [, day, time, zone = 'Z'] = datePattern.exec(given.trim()) ?? [];
    const midnight = new Date(`${day}T00:00:00Z`);
    const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day ?? ' ');
    const whole = end === 'start' ? midnight : new Date(midnight.getTime() + dayMs - 1);
    const read = isDay && time !== undefined ? new Date(`${day}T${time}${zone}`) : whole;
    if (isDay && !Number.isNaN(read.getTime())) return read;
    context.addIssue('must be a date like 2026-01-31, or a time like 2026-01-31 23:59:59 (UTC where it names no zone)');
    return z.NEVER;
  });

export const sortColumns = ['updated_at', 'id', 'sequence', 'action', 'table_name', 'changed_by', 'object_id'] as const;

const notServed = z.never({ error: 'is not served as a filter; use `object_id` and `table_name`' }).optional();

export const auditQuerySchema = z.object({
  page: wholeNumber(mostPages).default(1),
  page_size: wholeNumber(100).default(10),
  changed_by: text.optional(),
  changed_by_api_key: text.optional().describe("The key's SHA-256."),
  action: text.optional().describe("LiteLLM's `created`, `updated`, ..., or an operation such as `key.generate`."),
  table_name: text.optional().describe("LiteLLM's table, or a kind such as `key`."),
  object_id: text.optional(),
  start_date: moment('start').optional(),
  end_date: moment('end').optional(),
  sort_by: z.enum(sortColumns).default('sequence'),
  sort_order: z.enum(['asc', 'desc']).default('desc'),
  object_team_id: notServed,
  object_key_hash: text.optional().describe('The SHA-256 of the key that was changed.'),
});
export type AuditQuery = z.output<typeof auditQuerySchema>;

export const auditPageSchema = z.object({
  audit_logs: z.array(auditEntrySchema),
  total: z.number().int(),
  page: z.number().int(),
  page_size: z.number().int(),
  total_pages: z.number().int(),
});
