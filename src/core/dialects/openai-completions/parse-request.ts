/** Reads a body of text completions: what the gateway itself needs of it, checked; the rest stays the client's word. */
import type { CompletionRequest } from '../../schema/openai/completions.js';
import type { ParsedRequest } from '../client-dialect.js';
import { invalidMember as invalid, isObject, parseModelRequest } from '../model-request.js';

/** @throws GatewayError `invalid_json`, `json_too_deep` or `invalid_request`, with `param` where one member is at fault */
export function parseCompletionRequest(bytes: Buffer, pathModel?: string): ParsedRequest<CompletionRequest> {
  const { body, reservedMembers } = parseModelRequest(bytes, pathModel);
  const { prompt, stream, stream_options: options } = body;
  const isList = Array.isArray(prompt) && prompt.length > 0;
  if (typeof prompt !== 'string' && !isList) throw invalid('prompt', 'a text or a non-empty list', prompt);
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean')
    throw invalid('stream', 'true or false', stream);
  if (options !== undefined && options !== null && !isObject(options))
    throw invalid('stream_options', 'an object', options);
  for (const name of ['max_tokens', 'n'] as const) {
    const count = body[name];
    if (count !== undefined && count !== null && !(Number.isInteger(count) && (count as number) >= 0))
      throw invalid(name, 'a whole number, not negative', count);
  }
  // Checked above; no other member is relied on without a check of its own.
  return { body: body as unknown as CompletionRequest, bytes, stream: stream === true, reservedMembers };
}
