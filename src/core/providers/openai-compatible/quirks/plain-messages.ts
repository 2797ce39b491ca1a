/** Quirk: a message with a member that the API does not define is refused; those that only answers have are left out. */
// https://console.groq.com/docs/api-reference#chat-create , https://docs.fireworks.ai/api-reference/post-chatcompletions
import type { JsonObject, Quirk } from '../quirk.js';

const answersOwn = [
  ...['annotations', 'audio', 'images', 'provider_specific_fields', 'reasoning_content', 'refusal', 'thinking_blocks'],
  'cache_control',
];

export const plainMessages: Quirk = {
  name: 'plain-messages',
  request(body) {
    const messages = body['messages'] as readonly JsonObject[];
    if (!messages.some(hasOwn)) return body;
    return { ...body, messages: messages.map((message) => (hasOwn(message) ? without(message) : message)) };
  },
};

function hasOwn(message: JsonObject): boolean {
  return answersOwn.some((name) => name in message);
}

function without(message: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(message).filter(([name]) => !answersOwn.includes(name)));
}
