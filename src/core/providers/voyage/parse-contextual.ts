/** Vectors of chunks, which come document by document, as one list. */
// https://docs.voyageai.com/reference/contextualized-embeddings-api
import { readCount } from '../../schema/openai/chat-usage.js';
import type { Embedding, EmbeddingRequest, EmbeddingResponse } from '../../schema/openai/embeddings.js';
import type { EndpointCall, ParsedAnswer } from '../../spec/endpoint-adapter.js';
import type { InboundResponse } from '../../spec/outbound.js';
import { withCounts } from '../openai-compatible/endpoints/embeddings-adapter.js';
import { encodeVector, isVector } from '../openai-compatible/endpoints/embedding-vectors.js';
import type { JsonObject } from '../openai-compatible/quirk.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';

export function parseContextual(
  provider: string,
  response: InboundResponse,
  call: EndpointCall<EmbeddingRequest>,
): ParsedAnswer<EmbeddingResponse> {
  const { data, usage, model } = readJsonAnswer(response.body, provider);
  const documents = inOrder(provider, data);
  const chunks = documents.flatMap((document, position) =>
    inOrder(provider, document['data']).map((chunk) => ({ ...chunk, document_index: position })),
  );
  const total = objectOf(usage)['total_tokens'];
  const counted = typeof total === 'number' ? { promptTokens: readCount(total), completionTokens: 0 } : undefined;
  return {
    answer: {
      object: 'list',
      data: chunks.map((chunk, index) => toEmbedding(provider, chunk, index, call.body.encoding_format)),
      model: typeof model === 'string' ? model : call.model,
      ...(counted && { usage: withCounts(objectOf(usage), counted) }),
    },
    usage: counted,
  };
}

function inOrder(provider: string, list: unknown): readonly JsonObject[] {
  if (!Array.isArray(list)) throw invalidAnswer(provider, 'embeddings without data');
  return list.map(objectOf).sort((one, other) => readCount(one['index']) - readCount(other['index']));
}

/** Where Voyage made the chunks itself, each comes with its text, and with the document that it is of. */
function toEmbedding(provider: string, chunk: JsonObject, index: number, encoding: unknown): Embedding {
  const { embedding, text, document_index } = chunk;
  if (!isVector(embedding)) throw invalidAnswer(provider, 'an embedding that is no vector');
  return {
    object: 'embedding',
    index,
    embedding: encodeVector(embedding, encoding),
    ...(typeof text === 'string' && { text, document_index }),
  };
}
