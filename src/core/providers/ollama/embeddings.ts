/** Embeddings by `/api/embed`. */
// https://docs.ollama.com/api/embed
import { GatewayError } from '../../errors/gateway-error.js';
import { readCount } from '../../schema/openai/chat-usage.js';
import type { EmbeddingRequest, EmbeddingResponse } from '../../schema/openai/embeddings.js';
import type { EmbeddingAdapter, EndpointCall, ParsedAnswer } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { encodeVector, isVector } from '../openai-compatible/endpoints/embedding-vectors.js';
import { embeddingVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { invalidAnswer, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { ollamaPath } from './build-request.js';

const supported: ReadonlySet<string> = new Set(['dimensions', 'encoding_format']);

export function embeddings(provider: string): EmbeddingAdapter {
  return {
    supportedParams: () => supported,
    buildRequest: (call) => buildRequest(call, provider),
    parseResponse: (response, call) => parseResponse(response, call, provider),
    parseError: (response) => parseOpenAiError(response, provider),
  };
}

function buildRequest(call: EndpointCall<EmbeddingRequest>, provider: string): OutboundRequest {
  const context = { provider, model: call.model, vocabulary: embeddingVocabulary };
  const body = applyParameterPolicy(call.body, supported, true, call.parameters, context);
  const { encoding_format: _encoding, input, ...rest } = body;
  if (![input].flat().every((each) => typeof each === 'string')) {
    const reason = '`input` must be a text or a list of texts: Ollama takes no token ids.';
    throw new GatewayError('invalid_request', { param: 'input', facts: { reason }, provider });
  }
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: ollamaPath(call.endpoint, '/embed'),
    headers: { 'content-type': 'application/json', ...call.parameters.extraHeaders },
    body: JSON.stringify({ ...rest, input, ...call.parameters.extraBody, model: call.model }),
  };
}

function parseResponse(
  response: InboundResponse,
  call: EndpointCall<EmbeddingRequest>,
  provider: string,
): ParsedAnswer<EmbeddingResponse> {
  const { embeddings: vectors, model, prompt_eval_count: counted } = readJsonAnswer(response.body, provider);
  if (!Array.isArray(vectors) || !vectors.every(isVector)) throw invalidAnswer(provider, 'embeddings without vectors');
  const promptTokens = readCount(counted);
  return {
    answer: {
      object: 'list',
      data: vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: encodeVector(vector, call.body.encoding_format),
      })),
      model: typeof model === 'string' ? model : call.model,
      usage: { prompt_tokens: promptTokens, completion_tokens: 0, total_tokens: promptTokens },
    },
    usage: { promptTokens, completionTokens: 0 },
  };
}
