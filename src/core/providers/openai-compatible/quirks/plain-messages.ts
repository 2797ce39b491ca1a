/** Quirk: a message with a member that the API does not define is refused; those that only answers have are left out. */
// https://console.groq.com/docs/api-reference#chat-create , https://docs.fireworks.ai/api-reference/post-chatcompletions
import type { JsonObject, Quirk } from '../quirk.js';

const answersOwn = ['annotations', 'audio', 'images', 'provider_specific_fields', 'refusal', 'thinking_blocks'];

/** Leaves out thoughts, too. */
export const plainMessages = leavingOut([...answersOwn, 'cache_control', 'reasoning_content']);

/** Fireworks wants earlier thoughts back, so that a model goes on with them after a tool's result. */
// https://docs.fireworks.ai/guides/reasoning
export const plainMessagesWithThoughts = leavingOut([...answersOwn, 'cache_control']);

function leavingOut(names: readonly string[]): Quirk {
  const hasOwn = (message: JsonObject): boolean => names.some((name) => name in message);
  const without = (message: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(message).filter(([name]) => !names.includes(name)));
  return {
    name: 'plain-messages',
    request(body) {
      const messages = body['messages'] as readonly JsonObject[];
      if (!messages.some(hasOwn)) return body;
      return { ...body, messages: messages.map((message) => (hasOwn(message) ? without(message) : message)) };
    },
  };
}
