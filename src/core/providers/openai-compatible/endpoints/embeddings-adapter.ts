/** The embeddings of the engine: OpenAI's endpoint with a provider's departures from it. */
import type { Embedding, EmbeddingRequest, EmbeddingResponse } from '../../../schema/openai/embeddings.js';
import type { EmbeddingAdapter, EndpointCall, ParsedAnswer } from '../../../spec/endpoint-adapter.js';
import type { InboundResponse } from '../../../spec/outbound.js';
import type { Usage } from '../../../spec/usage.js';
import type { CatalogRow } from '../catalog-row.js';
import { encodeVector, isVector } from './embedding-vectors.js';
import { EndpointRequests } from './endpoint-requests.js';
import { mapUsage } from '../map-usage.js';
import { embeddingVocabulary } from './openai-endpoint-params.js';
import { parseOpenAiError } from '../parse-error.js';
import type { JsonObject } from '../quirk.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../read-answer.js';

export function createEmbeddingAdapter(row: CatalogRow): EmbeddingAdapter {
  const encodesItself = !row.endpoints?.embeddings?.unsupported?.includes('encoding_format');
  const requests = new EndpointRequests(row, 'embeddings', embeddingVocabulary);
  // The encoding is a matter of the answer alone, so every provider can be given either.
  const supported = new Set([...requests.supported, 'encoding_format']);
  return {
    supportedParams: () => supported,
    buildRequest(call) {
      const { encoding_format: _encoding, ...rest } = call.body;
      const body = requests.prepareBody(encodesItself ? call : { ...call, body: rest });
      return requests.post(call, { path: '/embeddings', body: JSON.stringify(body) });
    },
    parseResponse: (response, call) => parseEmbeddings(row.id, response, call),
    parseError: (response) => parseOpenAiError(response, row.id),
  };
}

/** Reads an answer in OpenAI's shape; throws `upstream_invalid_response` for one that is none. */
export function parseEmbeddings(
  provider: string,
  response: InboundResponse,
  call: EndpointCall<EmbeddingRequest>,
): ParsedAnswer<EmbeddingResponse> {
  const received = readJsonAnswer(response.body, provider);
  const { data } = received;
  if (!Array.isArray(data)) throw invalidAnswer(provider, 'embeddings without data');
  const usage = readUsage(objectOf(received['usage']));
  return {
    answer: {
      ...received,
      object: 'list',
      data: data.map((item: unknown, index) => toEmbedding(provider, objectOf(item), index, call.body)),
      model: typeof received['model'] === 'string' ? received['model'] : call.model,
      ...(usage && { usage: withCounts(objectOf(received['usage']), usage) }),
    },
    usage,
  };
}

function toEmbedding(provider: string, item: JsonObject, position: number, asked: EmbeddingRequest): Embedding {
  const { embedding, index } = item;
  if (!isVector(embedding)) throw invalidAnswer(provider, 'an embedding that is no vector');
  return {
    object: 'embedding',
    index: typeof index === 'number' ? index : position,
    embedding: encodeVector(embedding, asked.encoding_format),
  };
}

/** Some providers report a total only; there is nothing but input in it. */
function readUsage(reported: JsonObject): Usage | undefined {
  const prompt = reported['prompt_tokens'] ?? reported['input_tokens'] ?? reported['total_tokens'];
  return mapUsage({ ...reported, prompt_tokens: prompt, completion_tokens: 0 });
}

/** What an answer reports, with the counts by OpenAI's names. OpenAI reports no completion here, and typed clients expect none. */
export function withCounts(reported: JsonObject, { promptTokens }: Usage): EmbeddingResponse['usage'] {
  return { ...reported, prompt_tokens: promptTokens, total_tokens: promptTokens } as EmbeddingResponse['usage'];
}
