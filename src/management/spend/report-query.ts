/** The parts that the queries of reports have in common, as LiteLLM spells them, each refused by name where it makes no sense. */
import { z } from 'zod';
import { keyHash } from '../../auth/key-hash.js';

const KEY_HASH = /^[0-9a-f]{64}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
/** As LiteLLM's own. */
export const MAX_REPORT_DAYS = 400;
const DAY_HINT = 'must be a date like 2026-01-31';

export const text = z.string().min(1).max(1_024);

/** A clear key or its hash, as the hash. */
export const apiKey = text.transform((key) => (KEY_HASH.test(key) ? key : keyHash(key)));

/** A day of UTC, as text that is in order where days are. */
export const day = z.string().refine(isDay, DAY_HINT);

/** The form of the answer: JSON, or CSV as for `Accept: text/csv`. */
export const format = z.enum(['json', 'csv']).optional();

export const flag = z
  .enum(['true', 'false', 'True', 'False', '1', '0'])
  .transform((given) => /^(true|1)$/i.test(given));

/** Names with commas between them. */
export const names = z
  .string()
  .max(16_384)
  .transform((list) => list.split(',').map((name) => name.trim()))
  .transform((list) => list.filter((name) => name !== ''))
  .refine((list) => list.length > 0 && list.length <= 1_000, 'must be 1 to 1000 names with commas between them');

export function wholeNumber(max: number, least = 1): z.ZodType<number, string> {
  const hint = `must be a whole number from ${least} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, hint)
    .transform(Number)
    .refine((value) => value >= least && value <= max, hint);
}

/** Both days, the second one included. */
export const dayRange = { start_date: day, end_date: day } as const;

export const optionalDayRange = { start_date: day.optional(), end_date: day.optional() } as const;

/** For `.superRefine` of a query with days. */
export function checkRange(
  { start_date: start, end_date: end }: { start_date?: string | undefined; end_date?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (start === undefined || end === undefined) return;
  const days = (Date.parse(end) - Date.parse(start)) / DAY_MS;
  if (days < 0) refuse(context, 'must not be before start_date');
  if (days > MAX_REPORT_DAYS) refuse(context, `must be at most ${MAX_REPORT_DAYS} days after start_date`);
}

function refuse(context: z.RefinementCtx, message: string): void {
  context.addIssue({ code: 'custom', path: ['end_date'], message });
}

/** The day that lies `days` after another one, or before it. */
export function shiftDay(from: string, days: number): string {
  return isoDay(Date.parse(from) + days * DAY_MS);
}

export function isoDay(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

function isDay(given: string): boolean {
  const at = DAY.test(given) ? Date.parse(`${given}T00:00:00Z`) : Number.NaN;
  // A day that the month does not have would otherwise become one of the next month.
  return !Number.isNaN(at) && isoDay(at) === given;
}
