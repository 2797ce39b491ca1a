/** The kinds of value that settings have: how each is read from YAML, or from an environment variable's text. */
import { z } from 'zod';
import { toExactDecimal } from '../exact-decimal.js';

/** What the reference page and the editor's schema say about one setting. */
export interface FieldNotes {
  readonly description: string;
  /** A value to copy; error messages show it. */
  readonly example?: unknown;
  /** Read once at start: a change in the file needs a restart. */
  readonly startOnly?: boolean;
}

/** The metadata keys of a schema, as `z.toJSONSchema` passes them on: it drops its own `default` and `examples` of what it reads through a transform. */
export const noteKeys = { startOnly: 'x-start-only', example: 'x-example', initial: 'x-default' } as const;

/** Attaches the notes; always the outermost call on a schema. */
export function described<Schema extends z.ZodType>(schema: Schema, notes: FieldNotes): Schema {
  return schema.meta({
    description: notes.description,
    ...(notes.example === undefined ? {} : { [noteKeys.example]: notes.example }),
    ...(schema instanceof z.ZodDefault ? { [noteKeys.initial]: schema.def.defaultValue } : {}),
    ...(notes.startOnly ? { [noteKeys.startOnly]: true } : {}),
  });
}

const numeric = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

function readNumber(value: unknown): unknown {
  return typeof value === 'string' && numeric.test(value.trim()) ? Number(value) : value;
}

// YAML 1.1 words included: files written for LiteLLM were read by a YAML 1.1 parser.
const booleanWords = new Map<unknown, boolean>([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false],
]);

function readFlag(value: unknown): unknown {
  return typeof value === 'string' ? (booleanWords.get(value.trim().toLowerCase()) ?? value) : value;
}

export function amount(): z.ZodType<number> {
  return z.preprocess(readNumber, z.number().min(0));
}

export function positive(): z.ZodType<number> {
  return z.preprocess(readNumber, z.number().gt(0));
}

export function wholeNumber(least = 0): z.ZodType<number> {
  return z.preprocess(readNumber, z.number().int().min(least));
}

export function flag(): z.ZodType<boolean> {
  return z.preprocess(readFlag, z.boolean());
}

/** Text that is not empty; a number in its place is taken as text. */
export function text(): z.ZodType<string> {
  return z.preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string().min(1));
}

export function textList(): z.ZodType<string[]> {
  return z.array(text());
}

export function choice<const Names extends readonly string[]>(names: Names): z.ZodType<Names[number]> {
  return z.enum(names, { error: `expected one of ${names.map((name) => `\`${name}\``).join(', ')}` });
}

/** Any map: its keys are not ours to know. */
export function anyMap(): z.ZodType<Record<string, unknown>> {
  return z.record(z.string(), z.unknown());
}

/** A price in USD as an exact decimal string. */
export function price(): z.ZodType<string, number | string> {
  return z.union([z.number(), z.string()]).transform((value, context) => {
    const decimal = toExactDecimal(value);
    if (decimal !== null) return decimal;
    context.addIssue({ code: 'custom', message: 'expected a price in USD of 0 or more' });
    return z.NEVER;
  });
}

/** `seconds` in whole milliseconds. */
export function toMs(seconds: number): number;
export function toMs(seconds: number | undefined): number | undefined;
export function toMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}
