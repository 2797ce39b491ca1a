/** Reads a body of Anthropic's Messages API: what the gateway itself needs of it, checked; the rest stays the client's word. */
import type { MessagesRequest } from '../../schema/anthropic/messages-request.js';
import type { ParsedRequest } from '../client-dialect.js';
import { invalidMember as invalid, isObject, parseModelRequest } from '../model-request.js';

const roles: ReadonlySet<unknown> = new Set(['user', 'assistant', 'system']);

/** @throws GatewayError `invalid_json`, `json_too_deep` or `invalid_request`, with `param` where one member is at fault */
export function parseMessagesRequest(bytes: Buffer, pathModel?: string): ParsedRequest<MessagesRequest> {
  const { body, reservedMembers } = parseModelRequest(bytes, pathModel);
  const { max_tokens: maxTokens, stream } = body;
  if (typeof maxTokens !== 'number' || !Number.isInteger(maxTokens) || maxTokens < 1)
    throw invalid('max_tokens', 'a whole number above 0', maxTokens);
  checkPrompt(body);
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean')
    throw invalid('stream', 'true or false', stream);
  // Checked above; no other member is relied on without a check of its own.
  return { body: body as unknown as MessagesRequest, bytes, stream: stream === true, reservedMembers };
}

/** A request that is only to be counted: it needs no limit for its answer. Throws as `parseMessagesRequest` does. */
export function parseCountRequest(bytes: Buffer): Omit<ParsedRequest<MessagesRequest>, 'stream'> {
  const { body, reservedMembers } = parseModelRequest(bytes);
  checkPrompt(body);
  return { body: body as unknown as MessagesRequest, bytes, reservedMembers };
}

function checkPrompt({ messages, system, tools }: Readonly<Record<string, unknown>>): void {
  checkMessages(messages);
  if (system !== undefined && system !== null && typeof system !== 'string' && !isBlockList(system))
    throw invalid('system', 'a text or a list of text blocks', system);
  if (tools !== undefined && tools !== null && !(Array.isArray(tools) && tools.every(isObject)))
    throw invalid('tools', 'a list of objects', tools);
}

function checkMessages(messages: unknown): void {
  if (!Array.isArray(messages) || messages.length === 0)
    throw invalid('messages', 'a non-empty list of messages such as {"role": "user", "content": "Hello"}', messages);
  for (let at = 0; at < messages.length; at++) {
    const message: unknown = messages[at];
    if (!isObject(message)) throw invalid(`messages[${at}]`, 'an object with a role', message);
    if (!roles.has(message['role'])) throw invalid(`messages[${at}].role`, '"user" or "assistant"', message['role']);
    const { content } = message;
    if (typeof content !== 'string' && !isBlockList(content))
      throw invalid(`messages[${at}].content`, 'a text or a list of content blocks', content);
  }
}

function isBlockList(value: unknown): boolean {
  return Array.isArray(value) && value.every((block) => isObject(block) && typeof block['type'] === 'string');
}
