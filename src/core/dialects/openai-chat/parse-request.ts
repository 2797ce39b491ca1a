/** Reads an OpenAI chat-completions body: what the gateway itself needs of it, checked; the rest stays the client's word. */
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import type { ParsedRequest } from '../client-dialect.js';
import { readJsonBody } from '../json-body.js';
import { invalidMember as invalid, isObject, readModel } from '../model-request.js';

export type ParsedChatRequest = ParsedRequest<ChatCompletionRequest>;

const roles: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

/**
 * @param pathModel the model that the path names, where the body has none
 * @throws GatewayError `invalid_json`, `json_too_deep` or `invalid_request`, with `param` where one member is at fault
 */
export function parseChatRequest(bytes: Buffer, pathModel?: string): ParsedChatRequest {
  const { value, reservedMembers } = readJsonBody(bytes);
  const model = readModel(value['model'] ?? pathModel);
  checkMessages(value['messages']);
  const { stream, max_tokens, max_completion_tokens, n, stream_options, tools } = value;
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean')
    throw invalid('stream', 'true or false', stream);
  checkCount('max_tokens', max_tokens);
  checkCount('max_completion_tokens', max_completion_tokens);
  checkCount('n', n);
  if (stream_options !== undefined && stream_options !== null && !isObject(stream_options)) {
    throw invalid('stream_options', 'an object', stream_options);
  }
  if (tools !== undefined && tools !== null && !Array.isArray(tools)) throw invalid('tools', 'a list', tools);
  return { body: withModel(value, model), bytes, stream: stream === true, reservedMembers };
}

function withModel(value: Record<string, unknown>, model: string): ChatCompletionRequest {
  const body = value['model'] === model ? value : { ...value, model };
  // `model` and `messages` are checked above, and no other member is relied on without a check of its own.
  return body as unknown as ChatCompletionRequest;
}

function checkMessages(messages: unknown): void {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalid('messages', 'a non-empty list of messages such as {"role": "user", "content": "Hello"}', messages);
  }
  for (let at = 0; at < messages.length; at++) {
    const message: unknown = messages[at];
    if (!isObject(message)) throw invalid(`messages[${at}]`, 'an object with a role', message);
    if (!roles.has(message['role'])) {
      throw invalid(
        `messages[${at}].role`,
        'one of system, developer, user, assistant, tool, function',
        message['role'],
      );
    }
    const { content } = message;
    if (content !== undefined && content !== null && typeof content !== 'string' && !Array.isArray(content)) {
      throw invalid(`messages[${at}].content`, 'a string or a list of content parts', content);
    }
    if (Array.isArray(content) && !content.every(isObject)) {
      throw invalid(`messages[${at}].content`, 'a list of objects, each with a type', content);
    }
  }
}

function checkCount(param: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw invalid(param, 'a whole number, not negative', value);
}
