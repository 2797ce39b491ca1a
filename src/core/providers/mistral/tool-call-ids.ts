/** Quirk: Mistral takes ids of tool calls of nine letters and digits only; those of other providers' answers are shortened. */
// https://github.com/mistralai/mistral-common/blob/main/src/mistral_common/protocol/instruct/validator.py
import { createHash } from 'node:crypto';
import type { ChatMessage } from '../../schema/openai/chat.js';
import type { Quirk } from '../openai-compatible/index.js';

const wanted = /^[a-zA-Z0-9]{9}$/;
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export const toolCallIds: Quirk = {
  name: 'tool-call-ids',
  request(body) {
    const messages = body['messages'] as readonly ChatMessage[];
    if (!messages.some(hasForeignId)) return body;
    return { ...body, messages: messages.map(withOwnIds) };
  },
};

function hasForeignId({ tool_calls: calls, tool_call_id: answered }: ChatMessage): boolean {
  return [answered, ...(calls ?? []).map(({ id }) => id)].some((id) => typeof id === 'string' && !wanted.test(id));
}

function withOwnIds(message: ChatMessage): ChatMessage {
  const { tool_calls: calls, tool_call_id: answered } = message;
  return {
    ...message,
    ...(calls && { tool_calls: calls.map((call) => ({ ...call, id: toOwnId(call.id) })) }),
    ...(answered !== undefined && { tool_call_id: toOwnId(answered) }),
  };
}

/** The same id becomes the same nine characters in every message and every turn. */
export function toOwnId(id: string): string {
  if (wanted.test(id)) return id;
  const digest = createHash('sha256').update(id).digest();
  return Array.from(digest.subarray(0, 9), (byte) => alphabet.charAt(byte % alphabet.length)).join('');
}
