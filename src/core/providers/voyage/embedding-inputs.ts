/** What is to be embedded, in the form of the endpoint that the model belongs to. */
// https://docs.voyageai.com/reference/contextualized-embeddings-api and https://docs.voyageai.com/reference/multimodal-embeddings-api
import { GatewayError } from '../../errors/gateway-error.js';
import type { JsonObject, RequestTarget } from '../openai-compatible/quirk.js';
import { objectOf } from '../openai-compatible/read-answer.js';

export function isContextual(model: string): boolean {
  return model.startsWith('voyage-context-');
}

function isMultimodal(model: string): boolean {
  return model.startsWith('voyage-multimodal-');
}

/** Below the base URL. */
export function embeddingPath(model: string): string {
  if (isContextual(model)) return '/contextualizedembeddings';
  return isMultimodal(model) ? '/multimodalembeddings' : '/embeddings';
}

export function toInputs(body: JsonObject, { model }: RequestTarget): JsonObject {
  const { input, ...rest } = body;
  const inputs: readonly unknown[] = Array.isArray(input) ? input : [input];
  if (isContextual(model)) return { ...rest, inputs: inputs.map(toChunks) };
  if (isMultimodal(model)) return { ...rest, inputs: inputs.map((each) => ({ content: toContent(each) })) };
  if (!inputs.every((each) => typeof each === 'string')) refuse('must be a text or a list of texts');
  return body;
}

/** The chunks of one document; a text is a document of one chunk, so that each text has a vector of its own. */
function toChunks(document: unknown): readonly string[] {
  const chunks: readonly unknown[] = Array.isArray(document) ? document : [document];
  if (chunks.every((chunk) => typeof chunk === 'string')) return chunks;
  return refuse('must hold texts, or lists of the chunks of one document each');
}

function toContent(input: unknown): readonly object[] {
  const { content } = objectOf(input);
  const parts: readonly unknown[] = Array.isArray(content) ? content : Array.isArray(input) ? input : [input];
  return parts.map(toPart);
}

/** Pictures have their address, or themselves, under a name of its own; other kinds of parts go on as they are. */
function toPart(part: unknown): object {
  if (typeof part === 'string') return part.startsWith('data:') ? toPicture(part) : { type: 'text', text: part };
  if (typeof part !== 'object' || part === null) return refuse('must hold texts and parts of content');
  const { type, image_url: image } = part as JsonObject;
  if (type !== 'image_url') return part;
  const url = typeof image === 'string' ? image : objectOf(image)['url'];
  return typeof url === 'string' ? toPicture(url) : refuse('has a picture without a `url`');
}

function toPicture(url: string): object {
  return url.startsWith('data:') ? { type: 'image_base64', image_base64: url } : { type: 'image_url', image_url: url };
}

function refuse(reason: string): never {
  const facts = { reason: `\`input\` ${reason}: Voyage takes no token ids.` };
  throw new GatewayError('invalid_request', { param: 'input', facts, provider: 'voyage' });
}
