/** A request body as the fields of a form, in the way that OpenAI's own clients write them. */
import { isUploadedFile } from '../../../schema/uploaded-file.js';
import type { FormField } from './multipart.js';
import type { JsonObject } from '../quirk.js';

/**
 * Lists become a field `name[]` for each element, objects JSON, and what is not set no field at all. A list of one file is
 * that file's plain field, which providers that take one file only understand as well.
 *
 * @param listMark what follows the name of a list's field
 */
export function toFormFields(body: JsonObject, listMark = '[]'): readonly FormField[] {
  return Object.entries(body).flatMap(([name, value]): FormField[] => {
    if (!Array.isArray(value)) return toField(name, value);
    const items = value as readonly unknown[];
    const single = items.length === 1 && isUploadedFile(items[0]);
    return items.flatMap((item) => toField(single ? name : `${name}${listMark}`, item));
  });
}

function toField(name: string, value: unknown): FormField[] {
  if (value === undefined || value === null) return [];
  if (isUploadedFile(value) || typeof value === 'string') return [[name, value]];
  return [[name, JSON.stringify(value)]];
}
