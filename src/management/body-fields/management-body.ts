/** Bodies of management writes: a field that nobody knows, or that would not be enforced, is refused by its name. */
import { z } from 'zod';

/**
 * A schema of these fields alone.
 *
 * @param what whose fields they are, for error texts
 * @param unenforced fields of LiteLLM that this version does not enforce: taken only where they ask for nothing
 */
export function managementBody<Shape extends z.ZodRawShape>(
  what: string,
  shape: Shape,
  unenforced: readonly string[] = [],
): z.ZodObject<Shape, z.core.$loose> {
  return z.looseObject(shape).superRefine((body, context) => {
    for (const [field, value] of Object.entries(body)) {
      if (Object.hasOwn(shape, field)) continue;
      const known = unenforced.includes(field);
      if (known && asksForNothing(value)) continue;
      const message = known ? 'is not enforced by this version, so it is not taken' : `is not a field of ${what}`;
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });
}

/** A limit of 0 asks for a lot: that nothing be allowed. */
function asksForNothing(value: unknown): boolean {
  if (value === null || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Ids and names. */
export const nameField = z.string().min(1).max(256);
export const modelsField = z.array(nameField).max(1_000);
export const metadataField = z.record(z.string(), z.unknown());
/** Lists of ids in one request. */
export const idsField = z.array(nameField).min(1).max(500);
