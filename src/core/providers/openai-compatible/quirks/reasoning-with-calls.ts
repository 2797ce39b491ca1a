/** Quirk: earlier thoughts are wanted back with the tool calls that they led to, and refused or ignored anywhere else. */
// https://api-docs.deepseek.com/guides/thinking_mode
import type { JsonObject, Quirk } from '../quirk.js';

export const reasoningWithCalls: Quirk = {
  name: 'reasoning-with-calls',
  request(body) {
    const messages = body['messages'] as readonly JsonObject[];
    if (!messages.some(isIdle)) return body;
    return { ...body, messages: messages.map((message) => (isIdle(message) ? withoutReasoning(message) : message)) };
  },
};

function isIdle(message: JsonObject): boolean {
  const calls = message['tool_calls'];
  return (
    ('reasoning_content' in message || 'thinking_blocks' in message) && !(Array.isArray(calls) && calls.length > 0)
  );
}

function withoutReasoning({ reasoning_content: _text, thinking_blocks: _blocks, ...rest }: JsonObject): JsonObject {
  return rest;
}
