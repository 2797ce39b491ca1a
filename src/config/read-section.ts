/** Reads one part of the tree through its schema, and reports what does not fit where it stands. */
import type { z } from 'zod';
import { errorAt, type ConfigProblem } from './config-problem.js';
import { describeIssue } from './describe-issue.js';
import { originOf, toPlain, type Located } from './located.js';
import { isPriceKey } from './schema/model-entry.schema.js';

/** @param path of `node` from the top of the file, as the reference page has it. Null where anything does not fit. */
export function readSection<Schema extends z.ZodType>(
  node: Located,
  schema: Schema,
  path: readonly PropertyKey[],
  problems: ConfigProblem[],
): z.output<Schema> | null {
  const plain = dropNulls(toPlain(node, isPriceKey));
  const result = schema.safeParse(plain);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const value = valueAt(plain, issue.path);
    problems.push(errorAt(originOf(node, issue.path), describeIssue(issue, value, [...path, ...issue.path])));
  }
  return null;
}

/** A key without a value is as good as absent, two levels deep: beyond that, null may be what a provider is to get. */
function dropNulls(value: unknown, depth = 2): unknown {
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, dropNulls(inner, depth - 1)]));
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    root,
  );
}
