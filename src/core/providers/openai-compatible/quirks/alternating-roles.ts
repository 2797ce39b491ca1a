/** Quirk: after the system's messages, those of user and assistant must take turns; neighbours of one role become one. */
// https://docs.perplexity.ai/docs/sonar/openai-compatibility
import type { JsonObject, Quirk } from '../quirk.js';

export const alternatingRoles: Quirk = {
  name: 'alternating-roles',
  request(body) {
    const joined: JsonObject[] = [];
    const messages = body['messages'] as readonly JsonObject[];
    for (const message of messages) {
      const before = joined.at(-1);
      if (before && takesTurns(message) && before['role'] === message['role'])
        joined[joined.length - 1] = join(before, message);
      else joined.push(message);
    }
    return joined.length === messages.length ? body : { ...body, messages: joined };
  },
};

function takesTurns({ role }: JsonObject): boolean {
  return role === 'user' || role === 'assistant';
}

function join(first: JsonObject, second: JsonObject): JsonObject {
  const [one, other] = [first['content'], second['content']];
  if (!one || !other) return { ...first, content: one || other };
  if (typeof one === 'string' && typeof other === 'string') return { ...first, content: `${one}\n\n${other}` };
  return { ...first, content: [...partsOf(one), ...partsOf(other)] };
}

function partsOf(content: unknown): readonly unknown[] {
  return Array.isArray(content) ? content : [{ type: 'text', text: content }];
}
