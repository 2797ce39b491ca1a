/** Embeddings of watsonx.ai. */
// https://cloud.ibm.com/apidocs/watsonx-ai#text-embeddings
import { readCount } from '../../schema/openai/chat-usage.js';
import type { EmbeddingRequest, EmbeddingResponse } from '../../schema/openai/embeddings.js';
import type { EmbeddingAdapter, EndpointCall, ParsedAnswer } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { encodeVector, isVector } from '../openai-compatible/endpoints/embedding-vectors.js';
import { embeddingVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { textPath } from './addresses.js';
import { placeOf } from './place.js';

const provider = 'watsonx';
const supported: ReadonlySet<string> = new Set(['encoding_format']);

export const embeddings: EmbeddingAdapter = {
  supportedParams: () => supported,
  buildRequest,
  parseResponse,
  parseError: (response) => parseOpenAiError(response, provider),
};

function buildRequest(call: EndpointCall<EmbeddingRequest>): OutboundRequest {
  const context = { provider, model: call.model, vocabulary: embeddingVocabulary };
  const asked = applyParameterPolicy(call.body, supported, true, call.parameters, context);
  const { encoding_format: _encoding, model: _asked, input, ...rest } = asked;
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: textPath('embeddings', call),
    headers: { 'content-type': 'application/json', accept: 'application/json', ...call.parameters.extraHeaders },
    body: JSON.stringify({ ...rest, inputs: [input].flat(), ...call.parameters.extraBody, ...placeOf(call) }),
  };
}

function parseResponse(
  response: InboundResponse,
  call: EndpointCall<EmbeddingRequest>,
): ParsedAnswer<EmbeddingResponse> {
  const { results, model_id: model, input_token_count: counted } = readJsonAnswer(response.body, provider);
  if (!Array.isArray(results)) throw invalidAnswer(provider, 'embeddings without results');
  const promptTokens = readCount(counted);
  return {
    answer: {
      object: 'list',
      data: results.map((result: unknown, index) => {
        const { embedding } = objectOf(result);
        if (!isVector(embedding)) throw invalidAnswer(provider, 'an embedding that is no vector');
        return { object: 'embedding', index, embedding: encodeVector(embedding, call.body.encoding_format) };
      }),
      model: typeof model === 'string' ? model : call.model,
      usage: { prompt_tokens: promptTokens, completion_tokens: 0, total_tokens: promptTokens },
    },
    usage: { promptTokens, completionTokens: 0 },
  };
}
