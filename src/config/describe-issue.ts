/** Says in plain words what a schema found wrong, and what to write instead. */
import type { z } from 'zod';
import { findJsonSchema } from './json-schema.js';

const kinds: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

/**
 * @param value what stands there; never repeated unless it is a number or a boolean, since it may be a secret
 * @param path from the top of the file
 */
export function describeIssue(issue: z.core.$ZodIssue, value: unknown, path: readonly PropertyKey[]): string {
  return `${describeFault(issue, value)}. ${describeFix(path)}`;
}

function describeFault(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return 'is missing';
      return `expected ${kinds[issue.expected] ?? issue.expected}, got ${describeValue(value)}`;
    case 'too_small':
      if (issue.origin === 'string') return 'must not be empty';
      return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}, got ${describeValue(value)}`;
    case 'invalid_union':
      if (value === undefined) return 'is missing';
      return `${issue.message}, got ${describeValue(value)}`;
    case 'custom':
      return `${issue.message}, got ${describeValue(value)}`;
    default:
      return issue.message;
  }
}

function describeFix(path: readonly PropertyKey[]): string {
  const key = path.at(-1);
  const example = findJsonSchema(path)?.examples?.[0];
  if (typeof key === 'string' && example !== undefined) return `Write for example \`${key}: ${inYaml(example)}\`.`;
  return 'Correct it, or remove it.';
}

/** One line of YAML: flow style without needless quotes. */
export function inYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inYaml).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${key}: ${inYaml(inner)}`)
      .join(', ')}}`;
  }
  return String(value);
}

export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return value === '' ? 'empty text' : 'text';
  return Array.isArray(value) ? 'a list' : 'a map';
}
