/** What the bodies of the endpoints that answer in one piece must hold, checked at the door. */
import type { SpeechRequest } from '../schema/openai/audio.js';
import type { EmbeddingRequest } from '../schema/openai/embeddings.js';
import type { ImageRequest } from '../schema/openai/images.js';
import type { ModerationRequest } from '../schema/openai/moderations.js';
import type { RerankRequest } from '../schema/rerank.js';
import { GatewayError } from '../errors/gateway-error.js';
import { invalidMember, isObject, parseModelRequest, type ParsedModelRequest } from './model-request.js';

/** A checked body; every member that is not named here stays the client's word. */
export interface ParsedEndpointRequest<Body> {
  readonly body: Body & ParsedModelRequest['body'];
  readonly reservedMembers: readonly string[];
}

/** OpenAI's default, which clients rely on (https://platform.openai.com/docs/api-reference/moderations/create). */
const defaultModerationModel = 'omni-moderation-latest';

/** @throws GatewayError `invalid_json`, `json_too_deep` or `invalid_request`, as all functions here */
export function parseEmbeddingRequest(bytes: Buffer, pathModel?: string): ParsedEndpointRequest<EmbeddingRequest> {
  const parsed = parseModelRequestAt(bytes, pathModel);
  const { input, dimensions, encoding_format: format } = parsed.body;
  if (!isText(input) && !isList(input)) throw invalidMember('input', 'a non-empty text or list', input);
  if (dimensions !== undefined && dimensions !== null && !isCount(dimensions))
    throw invalidMember('dimensions', 'a whole number above 0', dimensions);
  if (format !== undefined && format !== null && format !== 'float' && format !== 'base64')
    throw invalidMember('encoding_format', '"float" or "base64"', format);
  return checked(parsed);
}

export function parseRerankRequest(bytes: Buffer): ParsedEndpointRequest<RerankRequest> {
  const parsed = parseModelRequest(bytes);
  const { query, documents, top_n: topN } = parsed.body;
  if (!isText(query)) throw invalidMember('query', 'a non-empty text', query);
  const isDocument = (each: unknown): boolean => typeof each === 'string' || isObject(each);
  if (!isList(documents) || !documents.every(isDocument))
    throw invalidMember('documents', 'a non-empty list of texts or objects', documents);
  if (topN !== undefined && topN !== null && !isCount(topN))
    throw invalidMember('top_n', 'a whole number above 0', topN);
  return checked(parsed);
}

export function parseImageRequest(bytes: Buffer, pathModel?: string): ParsedEndpointRequest<ImageRequest> {
  const parsed = parseModelRequestAt(bytes, pathModel);
  const { prompt, n } = parsed.body;
  if (!isText(prompt)) throw invalidMember('prompt', 'a non-empty text', prompt);
  if (n !== undefined && n !== null && !isCount(n)) throw invalidMember('n', 'a whole number above 0', n);
  return checked(parsed);
}

export function parseModerationRequest(bytes: Buffer): ParsedEndpointRequest<ModerationRequest> {
  const parsed = parseModelRequest(bytes, defaultModerationModel);
  const { input } = parsed.body;
  if (typeof input !== 'string' && !isList(input)) throw invalidMember('input', 'a text or a non-empty list', input);
  return checked(parsed);
}

export function parseSpeechRequest(bytes: Buffer, pathModel?: string): ParsedEndpointRequest<SpeechRequest> {
  const parsed = parseModelRequestAt(bytes, pathModel);
  const { input, voice, speed } = parsed.body;
  if (!isText(input)) throw invalidMember('input', 'a non-empty text', input);
  if (!isText(voice) && !isObject(voice)) throw invalidMember('voice', 'the name of a voice', voice);
  if (speed !== undefined && speed !== null && typeof speed !== 'number')
    throw invalidMember('speed', 'a number', speed);
  return checked(parsed);
}

/** @param pathModel the model that the path names; the body may not name another one */
function parseModelRequestAt(bytes: Buffer, pathModel: string | undefined): ParsedModelRequest {
  const parsed = parseModelRequest(bytes, pathModel);
  const { model } = parsed.body;
  if (pathModel === undefined || model === pathModel) return parsed;
  const reason = `The path names the model ${pathModel}, the body ${model}. Leave \`model\` out of the body.`;
  throw new GatewayError('invalid_request', { param: 'model', facts: { reason } });
}

/** The members that `Body` demands have been checked by the caller. */
function checked<Body>({ body, reservedMembers }: ParsedModelRequest): ParsedEndpointRequest<Body> {
  return { body: body as unknown as ParsedEndpointRequest<Body>['body'], reservedMembers };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}
