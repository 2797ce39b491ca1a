/** Quirk: a message's content must be a string; parts that are text alone become one. */
// https://platform.publicai.co/docs
import type { JsonObject, Quirk } from '../quirk.js';

export const textContent: Quirk = {
  name: 'text-content',
  request(body) {
    const messages = body['messages'] as readonly JsonObject[];
    if (!messages.some(isText)) return body;
    return { ...body, messages: messages.map((message) => (isText(message) ? withText(message) : message)) };
  },
};

function isText({ content }: JsonObject): boolean {
  return (
    Array.isArray(content) &&
    content.every((part: unknown) => typeof (part as JsonObject | null)?.['text'] === 'string')
  );
}

function withText(message: JsonObject): JsonObject {
  const parts = message['content'] as readonly { readonly text: string }[];
  return { ...message, content: parts.map(({ text }) => text).join('') };
}
