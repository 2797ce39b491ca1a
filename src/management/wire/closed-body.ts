/** Bodies that take the fields of their entity alone: nobody is to believe to have set what is not there. */
import { z } from 'zod';

/**
 * A schema of these fields; every other one is refused by its name.
 *
 * @param what whose fields they are, for the error: `a team`
 * @param unenforced fields that LiteLLM has and this version does not enforce: taken only where they ask for nothing
 */
export function closedBody<Shape extends z.core.$ZodLooseShape>(
  what: string,
  shape: Shape,
  unenforced: readonly string[] = [],
): z.ZodObject<Shape, z.core.$loose> {
  return z.looseObject(shape).superRefine((body, context) => {
    for (const [field, value] of Object.entries(body)) {
      if (Object.hasOwn(shape, field)) continue;
      const isKnown = unenforced.includes(field);
      if (isKnown && asksForNothing(value)) continue;
      const message = isKnown ? 'is not enforced by this version, so it is not taken' : `is not a field of ${what}`;
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });
}

/** A limit of 0 asks for a lot: that nothing be allowed. */
function asksForNothing(value: unknown): boolean {
  if (value === null || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
