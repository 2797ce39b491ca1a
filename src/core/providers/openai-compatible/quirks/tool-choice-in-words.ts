/** Quirk: a call cannot be demanded by `tool_choice`; the vendor's own advice is to ask for it in a last message. */
// https://platform.moonshot.ai/docs/guide/migrating-from-openai-to-kimi
import type { JsonObject, Quirk } from '../quirk.js';

const request: JsonObject = { role: 'user', content: 'Please choose one of the tools to go on.' };

export const toolChoiceInWords: Quirk = {
  name: 'tool-choice-in-words',
  request(body) {
    const { tool_choice: choice, ...rest } = body;
    if (choice !== 'required') return body;
    return { ...rest, messages: [...(body['messages'] as readonly JsonObject[]), request] };
  },
};
