/** Google's embedContent and batchEmbedContents in terms of the hub's embeddings. */
// https://ai.google.dev/api/embeddings
import { GatewayError } from '../../core/errors/gateway-error.js';
import { invalidMember, isObject, parseModelRequest } from '../../core/dialects/model-request.js';
import type { EmbeddingRequest, EmbeddingResponse } from '../../core/schema/openai/embeddings.js';
import type { ParsedEndpointRequest } from '../../core/dialects/endpoint-requests.js';
import type { ReadOperation } from '../operation.js';
import { readEndpointOperation, type EndpointKind } from './endpoint-operation.js';

type Parsed = ParsedEndpointRequest<EmbeddingRequest>;
type JsonObject = Readonly<Record<string, unknown>>;

const kind = {
  callType: 'aembedding',
  name: 'embeddings',
  output: () => ({ none: true }),
} satisfies Partial<EndpointKind<Parsed['body'], EmbeddingResponse>>;

export function readGeminiEmbedding(model: string): ReadOperation {
  return readEndpointOperation<Parsed['body'], EmbeddingResponse>({
    ...kind,
    parse: (bytes) => parse(bytes, model, (body) => [body]),
    adapterOf: ({ embeddings }) => embeddings,
    format: ({ data }) => ({ answer: JSON.stringify({ embedding: { values: data[0]?.embedding ?? [] } }) }),
  });
}

export function readGeminiBatchEmbedding(model: string): ReadOperation {
  return readEndpointOperation<Parsed['body'], EmbeddingResponse>({
    ...kind,
    parse: (bytes) => parse(bytes, model, requestsOf),
    adapterOf: ({ embeddings }) => embeddings,
    format: ({ data }) => ({
      answer: JSON.stringify({ embeddings: data.map(({ embedding }) => ({ values: embedding })) }),
    }),
  });
}

function requestsOf({ requests }: JsonObject): readonly JsonObject[] {
  if (Array.isArray(requests) && requests.length > 0 && requests.every(isObject)) return requests;
  throw invalidMember('requests', 'a non-empty list of objects', requests);
}

/** Whatever else the first request asks for holds for all: no provider takes it text by text. */
function parse(bytes: Buffer, model: string, listed: (body: JsonObject) => readonly JsonObject[]): Parsed {
  const { body, reservedMembers } = parseModelRequest(bytes, model);
  const requests = listed(body);
  const input = requests.map((request, at) => textOf(request['content'], at));
  const [{ outputDimensionality, output_dimensionality: snake } = {} as JsonObject] = requests;
  const dimensions = outputDimensionality ?? snake;
  if (dimensions !== undefined && typeof dimensions !== 'number')
    throw invalidMember('outputDimensionality', 'a whole number', dimensions);
  return {
    body: { model, input, ...(dimensions !== undefined && { dimensions }), encoding_format: 'float' },
    reservedMembers,
  };
}

function textOf(content: unknown, at: number): string {
  const parts: unknown = isObject(content) ? content['parts'] : undefined;
  const texts = Array.isArray(parts) ? parts.map((part: unknown) => (isObject(part) ? part['text'] : undefined)) : [];
  if (texts.length > 0 && texts.every((text) => typeof text === 'string')) return texts.join('\n');
  const reason = `the content of request ${at} must have parts, each with a \`text\``;
  throw new GatewayError('invalid_request', { param: 'content', facts: { reason: `\`content\`: ${reason}.` } });
}
