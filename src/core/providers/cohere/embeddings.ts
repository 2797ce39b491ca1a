/** Embeddings by Cohere's v2 embed: texts, pictures, and both together. */
// https://docs.cohere.com/reference/embed
import { GatewayError } from '../../errors/gateway-error.js';
import { readCount } from '../../schema/openai/chat-usage.js';
import type { EmbeddingRequest, EmbeddingResponse } from '../../schema/openai/embeddings.js';
import type { EmbeddingAdapter, EndpointCall, ParsedAnswer } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { encodeVector, isVector } from '../openai-compatible/endpoints/embedding-vectors.js';
import { embeddingVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { coherePath } from './address.js';

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
  const asked = applyParameterPolicy(call.body, supported, true, call.parameters, context);
  const { model: _model, input, encoding_format: _encoding, dimensions, ...rest } = asked;
  const inputs = [input].flat();
  const pictures = inputs.filter((each) => typeof each === 'string' && each.startsWith('data:'));
  const kind = pictures.length === inputs.length ? 'image' : 'search_document';
  const body = {
    input_type: kind,
    ...rest,
    ...toInputs(inputs, pictures.length),
    ...(dimensions != null && { output_dimension: dimensions }),
    ...call.parameters.extraBody,
    model: call.model,
  };
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: coherePath(call.endpoint, 'embed'),
    headers: { 'content-type': 'application/json', accept: 'application/json', ...call.parameters.extraHeaders },
    body: JSON.stringify(body),
  };
}

/** Texts and pictures have members of their own; where both come, or parts of content do, each input is a list of parts. */
function toInputs(inputs: readonly unknown[], pictures: number): object {
  if (inputs.some((each) => typeof each === 'number' || Array.isArray(each))) {
    const reason = '`input` must hold texts: Cohere takes no token ids.';
    throw new GatewayError('invalid_request', { param: 'input', facts: { reason } });
  }
  if (inputs.every((each) => typeof each === 'string')) {
    if (pictures === 0) return { texts: inputs };
    if (pictures === inputs.length) return { images: inputs };
  }
  return { inputs: inputs.map((each) => ({ content: [toPart(each)] })) };
}

function toPart(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  return input.startsWith('data:') ? { type: 'image_url', image_url: { url: input } } : { type: 'text', text: input };
}

function parseResponse(
  response: InboundResponse,
  call: EndpointCall<EmbeddingRequest>,
  provider: string,
): ParsedAnswer<EmbeddingResponse> {
  const { embeddings: byType, meta } = readJsonAnswer(response.body, provider);
  // Whatever type was asked for, one list of vectors comes for each; numbers go before the packed ones.
  const { float, ...others } = objectOf(byType);
  const vectors = float ?? Object.values(others)[0];
  if (!Array.isArray(vectors) || !vectors.every(isVector)) throw invalidAnswer(provider, 'embeddings without vectors');
  const billed = objectOf(objectOf(meta)['billed_units']);
  const pictures = readCount(billed['image_tokens']);
  const promptTokens = readCount(billed['input_tokens']) + pictures;
  return {
    answer: {
      object: 'list',
      data: vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: encodeVector(vector, call.body.encoding_format),
      })),
      model: call.model,
      usage: { prompt_tokens: promptTokens, completion_tokens: 0, total_tokens: promptTokens },
    },
    usage: {
      promptTokens,
      completionTokens: 0,
      ...(pictures > 0 && { imagePromptTokens: pictures }),
    },
  };
}
