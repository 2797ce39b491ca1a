/** Reads a body of OpenAI's Responses API: what the gateway itself needs of it, checked; the rest stays the client's word. */
import type { ResponsesRequest } from '../../schema/openai/responses.js';
import type { ParsedRequest } from '../client-dialect.js';
import { invalidMember as invalid, isObject, parseModelRequest } from '../model-request.js';

/** @throws GatewayError `invalid_json`, `json_too_deep` or `invalid_request`, with `param` where one member is at fault */
export function parseResponsesRequest(bytes: Buffer, pathModel?: string): ParsedRequest<ResponsesRequest> {
  const { body, reservedMembers } = parseModelRequest(bytes, pathModel);
  const { input, stream, tools, max_output_tokens: most, instructions } = body;
  if (typeof input !== 'string' && !(Array.isArray(input) && input.every(isObject)))
    throw invalid('input', 'a text or a list of items such as {"role": "user", "content": "Hello"}', input);
  if (isSet(instructions) && typeof instructions !== 'string') throw invalid('instructions', 'a text', instructions);
  if (isSet(tools) && !(Array.isArray(tools) && tools.every(isObject)))
    throw invalid('tools', 'a list of objects', tools);
  if (isSet(stream) && typeof stream !== 'boolean') throw invalid('stream', 'true or false', stream);
  if (isSet(most) && !(typeof most === 'number' && Number.isInteger(most) && most > 0))
    throw invalid('max_output_tokens', 'a whole number above 0', most);
  // Checked above; no other member is relied on without a check of its own.
  return { body: body as unknown as ResponsesRequest, bytes, stream: stream === true, reservedMembers };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
