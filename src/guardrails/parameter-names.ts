/** Says which parameters a kind of guardrail has, and which of those that were given it does not know. */
import { z } from 'zod';
import { findNearestName } from '../config/nearest-name.js';
import { sharedParamNames } from '../config/schema/guardrails.schema.js';

export interface UnknownParameter {
  readonly name: string;
  /** What is wrong and what to do. */
  readonly message: string;
  /** False where it only has no effect, and LiteLLM takes it for every kind. */
  readonly isMistake: boolean;
}

/** A slip in a name must not turn a check off that somebody relies on. */
export function findUnknownParameters(
  schema: z.ZodType,
  parameters: Readonly<Record<string, unknown>>,
): readonly UnknownParameter[] {
  const known = parameterNames(schema);
  if (known === undefined) return [];
  return Object.keys(parameters)
    .filter((name) => !known.has(name) && parameters[name] !== null)
    .map((name) =>
      sharedParamNames.includes(name)
        ? { name, isMistake: false, message: 'has no effect with this kind of guardrail. Remove it.' }
        : { name, isMistake: true, message: `is no parameter of this kind of guardrail. ${advice(name, [...known])}` },
    );
}

function advice(name: string, known: readonly string[]): string {
  const nearest = findNearestName(name, known);
  if (nearest !== null) return `Did you mean \`${nearest}\`?`;
  return known.length === 0 ? 'Remove it.' : `It has: ${known.join(', ')}.`;
}

/** Undefined where it takes any. */
function parameterNames(schema: z.ZodType): ReadonlySet<string> | undefined {
  if (schema instanceof z.ZodObject) {
    const rest = schema.def.catchall;
    return rest === undefined || rest instanceof z.ZodNever ? new Set(Object.keys(schema.shape)) : undefined;
  }
  if (schema instanceof z.ZodPipe) {
    const { in: first, out: second } = schema.def;
    return parameterNames((first instanceof z.ZodTransform ? second : first) as z.ZodType);
  }
  if (schema instanceof z.ZodUnion) {
    const options = schema.options.map((option) => parameterNames(option as z.ZodType));
    const named = options.filter((names) => names !== undefined);
    return named.length === options.length ? new Set(named.flatMap((names) => [...names])) : undefined;
  }
  return undefined;
}
