/** Kinds of field that bodies and queries of several entities share. */
import { z } from 'zod';

const unstorable = 'must not hold NUL or half of a surrogate pair: databases keep neither';

/** Text that both databases keep as it is. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function isStorableJson(value: unknown): boolean {
  if (typeof value === 'string') return isStorable(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, item]) => isStorable(name) && isStorableJson(item));
}

/** Ids and names: they stand in columns, paths and lines of logs. */
export const identifier = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters')
  .refine(isStorable, unstorable);

/** Lists of ids in one request. */
export const identifiers = z.array(identifier).min(1).max(500);

export const description = z.string().max(4_096).refine(isStorable, unstorable);

export const modelNames = z.array(identifier).max(1_000);

export const tagNames = z.array(identifier).max(100);

export const metadata = z.record(z.string().max(256), z.unknown()).refine(isStorableJson, unstorable);

/** An address as mail programs take it; whether it exists is not asked. */
export const email = z
  .string()
  .max(320)
  .regex(/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u, 'expected an address such as ada@example.com')
  .refine(isStorable, unstorable);

const wholeText = z.string().regex(/^\d{1,9}$/, 'must be a whole number');

/** A whole number in a query string. */
export function countInQuery(least: number, most: number): z.ZodType<number> {
  const hint = `must be a whole number from ${least} to ${most}`;
  return wholeText.transform(Number).refine((value) => value >= least && value <= most, hint);
}

const mostPages = 1_000_000;

/** `page` and `page_size` of a list. */
export function pageFields(
  size: number,
  mostSize: number,
): { page: z.ZodDefault<z.ZodType<number>>; page_size: z.ZodDefault<z.ZodType<number>> } {
  return {
    page: countInQuery(1, mostPages).default(1).describe('From 1.'),
    page_size: countInQuery(1, mostSize).default(size).describe('Objects on a page.'),
  };
}

/** One thing or a list of them, as a list. */
export function oneOrMore<T extends z.ZodType>(item: T, most: number): z.ZodType<z.output<T>[]> {
  return z.union([z.array(item).min(1).max(most), item.transform((one) => [one])]);
}
