/** Quirk: what the filter says of the prompt comes in a first chunk without id and choices; it goes along with the next one. */
// https://learn.microsoft.com/en-us/azure/ai-services/openai/concepts/content-streaming
import type { JsonObject, Quirk } from '../openai-compatible/index.js';

const member = 'prompt_filter_results';

export const promptFilterResults: Quirk = {
  name: 'prompt-filter-results',
  perStream() {
    let held: unknown;
    return {
      chunk(chunk: JsonObject): JsonObject | null {
        const { choices } = chunk;
        if (Array.isArray(choices) && choices.length === 0 && chunk[member] !== undefined && !chunk['usage']) {
          held = chunk[member];
          return null;
        }
        if (held === undefined) return chunk;
        const first = { ...chunk, [member]: held };
        held = undefined;
        return first;
      },
    };
  },
};
