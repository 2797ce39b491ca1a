/** Quirk: JSON without a schema cannot be asked for; a schema that every object fits says the same. */
// https://lmstudio.ai/docs/app/api/structured-output , https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/189
import type { JsonObject, Quirk } from '../quirk.js';

const anyObject: JsonObject = {
  type: 'json_schema',
  json_schema: { name: 'object', schema: { type: 'object' } },
};

export const objectBySchema: Quirk = {
  name: 'object-by-schema',
  request(body) {
    const format = body['response_format'] as JsonObject | null | undefined;
    return format?.['type'] === 'json_object' ? { ...body, response_format: anyObject } : body;
  },
};
