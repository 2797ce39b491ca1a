/** Reads a body of generateContent: what the gateway itself needs of it, checked; the rest stays the client's word. */
import type { GenerateContentRequest } from '../../schema/google/generate-content-request.js';
import type { ParsedRequest, PathTarget } from '../client-dialect.js';
import { invalidMember as invalid, isObject, parseModelRequest } from '../model-request.js';

/** The model stands in the path, and so does whether the answer is streamed; a `model` in the body says nothing else. */
export function parseGenerateContentRequest(
  bytes: Buffer,
  { model, stream = false }: PathTarget = {},
): ParsedRequest<GenerateContentRequest> {
  const { body, reservedMembers } = parseModelRequest(bytes, model);
  checkContents(body['contents']);
  const named = model === undefined ? body : { ...body, model };
  // Checked above; no other member is relied on without a check of its own.
  return { body: named as unknown as GenerateContentRequest, bytes, stream, reservedMembers };
}

/** @throws GatewayError `invalid_request` naming the member at fault */
export function checkContents(contents: unknown): void {
  if (!Array.isArray(contents) || contents.length === 0)
    throw invalid('contents', 'a non-empty list such as [{"role": "user", "parts": [{"text": "Hello"}]}]', contents);
  contents.forEach((content: unknown, at) => checkContent(content, `contents[${at}]`));
}

function checkContent(content: unknown, at: string): void {
  if (!isObject(content)) throw invalid(at, 'an object with parts', content);
  const { parts, role } = content;
  if (!Array.isArray(parts) || !parts.every(isObject)) throw invalid(`${at}.parts`, 'a list of objects', parts);
  if (role !== undefined && typeof role !== 'string') throw invalid(`${at}.role`, '"user" or "model"', role);
}
