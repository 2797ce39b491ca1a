/** Quirk: OpenAI refuses members of messages and tools that it does not define, and ids of calls that are longer than its own; what other providers' answers and Anthropic's clients leave in them goes no further. */
// https://platform.openai.com/docs/api-reference/chat/create
import type { JsonObject, Quirk } from '../openai-compatible/index.js';
import { shortCallId } from './call-ids.js';

/** Thoughts, the marks of Anthropic's prompt cache, pictures that a model has made, and what only one provider understands. */
const foreign = ['cache_control', 'images', 'provider_specific_fields', 'reasoning_content', 'thinking_blocks'];
/** "Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string with maximum length 40." */
const maxIdLength = 40;

export const closedMessages: Quirk = {
  name: 'closed-messages',
  request(body) {
    const messages = changed(body['messages'], toMessage);
    const tools = changed(body['tools'], plain);
    if (messages === body['messages'] && tools === body['tools']) return body;
    return { ...body, messages, ...(tools !== undefined && { tools }) };
  },
};

function toMessage(message: JsonObject): JsonObject {
  const { tool_calls: calls, tool_call_id: answered, content } = message;
  const kept = plain(message);
  const newCalls = changed(calls, toCall);
  const newContent = changed(content, plain);
  const newId = toOwnId(answered);
  if (kept === message && newCalls === calls && newContent === content && newId === answered) return message;
  return {
    ...kept,
    ...(content !== undefined && { content: newContent }),
    ...(calls !== undefined && { tool_calls: newCalls }),
    ...(answered !== undefined && { tool_call_id: newId }),
  };
}

function toCall(call: JsonObject): JsonObject {
  const kept = plain(call);
  const id = toOwnId(call['id']);
  return id === call['id'] ? kept : { ...kept, id };
}

function toOwnId(id: unknown): unknown {
  return typeof id === 'string' ? shortCallId(id, maxIdLength) : id;
}

function plain(value: JsonObject): JsonObject {
  if (!isForeign(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !foreign.includes(name)));
}

/** Looked at in every message, part and tool of every request. */
function isForeign(value: JsonObject): boolean {
  for (const name of foreign) if (name in value) return true;
  return false;
}

/** The list itself where nothing in it changes, as does anything that is no list. */
function changed(value: unknown, change: (each: JsonObject) => JsonObject): unknown {
  if (!Array.isArray(value)) return value;
  const list = value as readonly unknown[];
  let made: unknown[] | undefined;
  // Most requests change nothing, and then nothing is made.
  for (let at = 0; at < list.length; at += 1) {
    const each = list[at];
    const next = typeof each === 'object' && each !== null ? change(each as JsonObject) : each;
    if (next !== each) made ??= list.slice(0, at);
    made?.push(next);
  }
  return made ?? value;
}
