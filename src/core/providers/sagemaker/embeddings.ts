/** Embeddings by SageMaker endpoints, as Hugging Face's and JumpStart's containers give them. */
// https://huggingface.co/docs/text-embeddings-inference/quick_tour
import type { EmbeddingRequest, EmbeddingResponse } from '../../schema/openai/embeddings.js';
import type { EmbeddingAdapter, EndpointCall, ParsedAnswer } from '../../spec/endpoint-adapter.js';
import type { InboundResponse } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { encodeVector, isVector } from '../openai-compatible/endpoints/embedding-vectors.js';
import { embeddingVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { mapUsage } from '../openai-compatible/map-usage.js';
import { findReportedError } from '../openai-compatible/parse-error.js';
import { invalidAnswer, objectOf } from '../openai-compatible/read-answer.js';
import { invocationHeaders, invocationPath } from './endpoint-address.js';
import { parseSagemakerError } from './parse-error.js';

type Call = EndpointCall<EmbeddingRequest>;

const provider = 'sagemaker';
/** `encoding_format` is a matter of the answer alone. */
const supported: ReadonlySet<string> = new Set(['encoding_format']);

export const embeddings: EmbeddingAdapter = {
  supportedParams: () => supported,
  buildRequest(call) {
    const context = { provider, model: call.model, vocabulary: embeddingVocabulary };
    const asked = applyParameterPolicy(call.body, supported, true, call.parameters, context);
    const { model: _model, input, encoding_format: _encoding, model_id: _id, ...rest } = asked;
    const own = Object.entries(rest).filter(([name, value]) => value != null && !name.startsWith('aws_'));
    const inputs = Array.isArray(input) ? (input as readonly unknown[]) : [input];
    return {
      method: 'POST',
      origin: call.endpoint.origin,
      path: invocationPath(call, false),
      headers: invocationHeaders(call),
      body: JSON.stringify({ inputs, ...Object.fromEntries(own), ...call.parameters.extraBody }),
    };
  },
  parseResponse,
  parseError: (response) => parseSagemakerError(response, provider),
};

function parseResponse(response: InboundResponse, call: Call): ParsedAnswer<EmbeddingResponse> {
  let received: unknown;
  try {
    received = JSON.parse(new TextDecoder().decode(response.body));
  } catch (cause) {
    throw invalidAnswer(provider, 'a body that is not JSON', cause);
  }
  const reported = findReportedError(received, provider, 'upstream_internal');
  if (reported) throw reported;
  const vectors = vectorsOf(received);
  if (vectors.length === 0 || !vectors.every(isVector)) throw invalidAnswer(provider, 'an answer without embeddings');
  const { encoding_format: format } = call.body;
  const data = vectors.map((vector, index) => ({
    object: 'embedding' as const,
    index,
    embedding: encodeVector(vector, format),
  }));
  return {
    answer: { object: 'list', data, model: call.model },
    usage: mapUsage(objectOf(objectOf(received)['usage'])),
  };
}

/** A list of vectors by itself, under `embedding` or `embeddings`, or OpenAI's `data`. */
function vectorsOf(received: unknown): readonly unknown[] {
  if (Array.isArray(received)) return received as readonly unknown[];
  const { embedding, embeddings: many, data } = objectOf(received);
  if (Array.isArray(data)) return (data as readonly unknown[]).map((each) => objectOf(each)['embedding']);
  const found = embedding ?? many;
  if (!Array.isArray(found)) return [];
  return typeof found[0] === 'number' ? [found] : (found as readonly unknown[]);
}
