/** Embeddings by the feature-extraction task, of the router or of a Text Embeddings Inference server. */
// https://huggingface.co/docs/inference-providers/tasks/feature-extraction and https://huggingface.github.io/text-embeddings-inference/
import { GatewayError } from '../../errors/gateway-error.js';
import type { EmbeddingRequest, EmbeddingResponse } from '../../schema/openai/embeddings.js';
import type { EmbeddingAdapter, EndpointCall, ParsedAnswer } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { encodeVector, isVector } from '../openai-compatible/endpoints/embedding-vectors.js';
import { embeddingVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { invalidAnswer, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { taskPath } from './task-address.js';

const provider = 'huggingface';
const supported: ReadonlySet<string> = new Set(['dimensions', 'encoding_format']);

export const embeddings: EmbeddingAdapter = {
  supportedParams: () => supported,
  buildRequest,
  parseResponse,
  parseError: (response) => parseOpenAiError(response, provider),
};

function buildRequest(call: EndpointCall<EmbeddingRequest>): OutboundRequest {
  const context = { provider, model: call.model, vocabulary: embeddingVocabulary };
  const asked = applyParameterPolicy(call.body, supported, true, call.parameters, context);
  const { model: _model, input, encoding_format: _encoding, ...rest } = asked;
  const inputs = [input].flat();
  if (!inputs.every((each) => typeof each === 'string')) {
    const reason = '`input` must be a text or a list of texts: Hugging Face takes no token ids here.';
    throw new GatewayError('invalid_request', { param: 'input', facts: { reason }, provider });
  }
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: taskPath(call, 'feature-extraction', '/embed'),
    headers: { 'content-type': 'application/json', accept: 'application/json', ...call.parameters.extraHeaders },
    body: JSON.stringify({ inputs, ...rest, ...call.parameters.extraBody }),
  };
}

function parseResponse(
  response: InboundResponse,
  call: EndpointCall<EmbeddingRequest>,
): ParsedAnswer<EmbeddingResponse> {
  const vectors = readJsonAnswer(response.body, provider) as unknown;
  if (!Array.isArray(vectors) || !vectors.every(isVector)) throw invalidAnswer(provider, 'embeddings without vectors');
  return {
    answer: {
      object: 'list',
      data: vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: encodeVector(vector, call.body.encoding_format),
      })),
      model: call.model,
    },
    // The task counts nothing.
    usage: undefined,
  };
}
