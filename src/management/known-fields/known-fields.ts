/** Objects whose unknown members are refused by name, so that nobody believes to have set what is not there. */
import { z } from 'zod';

/** @param of what it is, for the error: "a model" */
export function knownFields<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  of: string,
): z.ZodObject<Shape, z.core.$loose> {
  return z.looseObject(shape).superRefine((body, context) => {
    for (const field of Object.keys(body)) {
      if (Object.hasOwn(shape, field)) continue;
      context.addIssue({ code: 'custom', path: [field], message: `is not a field of ${of}` });
    }
  });
}
