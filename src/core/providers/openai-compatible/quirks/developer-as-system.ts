/** Quirk: only OpenAI's own models know the developer's messages; everywhere else they are the system's. */
// https://api-docs.deepseek.com/api/create-chat-completion , https://docs.perplexity.ai/api-reference/chat-completions-post
import type { JsonObject, Quirk } from '../quirk.js';

export const developerAsSystem = {
  name: 'developer-as-system',
  request(body: JsonObject): JsonObject {
    const messages = body['messages'] as readonly JsonObject[];
    if (!messages.some(({ role }) => role === 'developer')) return body;
    return {
      ...body,
      messages: messages.map((message) => (message['role'] === 'developer' ? { ...message, role: 'system' } : message)),
    };
  },
} satisfies Quirk;
