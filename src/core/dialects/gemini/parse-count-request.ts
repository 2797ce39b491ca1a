/** Reads a body of countTokens: contents alone, or a whole request of generateContent within it. */
// https://ai.google.dev/api/tokens
import { GatewayError } from '../../errors/gateway-error.js';
import type { GenerateContentRequest } from '../../schema/google/generate-content-request.js';
import type { ParsedRequest } from '../client-dialect.js';
import { invalidMember, isObject, parseModelRequest } from '../model-request.js';
import { checkContents } from './parse-request.js';
import { member } from './wire-names.js';

/**
 * The request that is to be counted, in the form of generateContent.
 *
 * @param model the path's; a name within the body says nothing else
 * @throws GatewayError `invalid_json`, `json_too_deep` or `invalid_request`
 */
export function parseCountTokensRequest(
  bytes: Buffer,
  model: string,
): Omit<ParsedRequest<GenerateContentRequest>, 'stream'> {
  const { body, reservedMembers } = parseModelRequest(bytes, model);
  const request = requestWithin(body);
  checkContents(request['contents']);
  return { body: { ...request, model } as unknown as GenerateContentRequest, bytes, reservedMembers };
}

function requestWithin(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const whole = member(body, 'generateContentRequest');
  if (whole === undefined || whole === null) return body;
  if (!isObject(whole)) throw invalidMember('generateContentRequest', 'an object with contents', whole);
  if (body['contents'] === undefined) return whole;
  const reason = '`contents` and `generateContentRequest` exclude each other. Send one of them.';
  throw new GatewayError('invalid_request', { param: 'contents', facts: { reason } });
}
