/** Bodies that take the fields of their entity and refuse every other one by name. */
import { z } from 'zod';

/**
 * @param what such as `a team`
 * @param notServed fields that LiteLLM has and this version does not enforce: taken only where they ask for nothing
 */
export function closedBody<Shape extends z.ZodRawShape>(
  what: string,
  shape: Shape,
  notServed: readonly string[] = [],
): z.ZodType<z.output<z.ZodObject<Shape, z.core.$loose>>> {
  return z.looseObject(shape).superRefine((body, context) => {
    for (const [field, value] of Object.entries(body)) {
      if (Object.hasOwn(shape, field)) continue;
      const isKnown = notServed.includes(field);
      if (isKnown && asksForNothing(value)) continue;
      const message = isKnown ? 'is not enforced by this version, so it is not taken' : `is not a field of ${what}`;
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });
}

function asksForNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
