/** Embeddings on Bedrock by InvokeModel: Amazon Titan and Nova one input at a time, Cohere a list of them. */
// https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html and model-parameters-embed.html
import { parseDataUrl } from '../../schema/openai/content.js';
import { readCount } from '../../schema/openai/chat-usage.js';
import type { EmbeddingRequest, EmbeddingResponse } from '../../schema/openai/embeddings.js';
import type { EmbeddingAdapter, EndpointCall, ParsedAnswer } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { joinEmbeddings } from '../openai-compatible/endpoints/join-embeddings.js';
import { encodeVector, isVector } from '../openai-compatible/endpoints/embedding-vectors.js';
import { embeddingVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { headerValue, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { inRegion } from './aws-address.js';
import { modelPath, readModel } from './model-id.js';
import { parseAwsError } from './parse-error.js';
import { invalidAnswer, providerId, refuse } from './provider-id.js';

type Call = EndpointCall<EmbeddingRequest>;
type JsonObject = Readonly<Record<string, unknown>>;
type Kind = 'titan' | 'titan-2' | 'titan-image' | 'nova' | 'cohere';

/** `encoding_format` is a matter of the answer alone. */
const fixed: ReadonlySet<string> = new Set(['encoding_format']);
const sized: ReadonlySet<string> = new Set(['dimensions', 'encoding_format']);

export const embeddings: EmbeddingAdapter = {
  supportedParams: paramsOf,
  pieces: { split: oneByOne, join: joinEmbeddings },
  buildRequest(call) {
    const { model, endpoint, parameters } = call;
    const { id, region } = readModel(model, parameters.provider);
    return {
      method: 'POST',
      origin: inRegion(endpoint.origin, region),
      path: modelPath(endpoint.basePath, id, 'invoke'),
      headers: { 'content-type': 'application/json', accept: 'application/json', ...parameters.extraHeaders },
      body: JSON.stringify({ ...buildBody(call), ...parameters.extraBody }),
    } satisfies OutboundRequest;
  },
  parseResponse,
  parseError: (response) => parseAwsError(response, providerId),
};

function paramsOf(model: string): ReadonlySet<string> {
  const kind = kindOf(model, {});
  return kind === 'titan' || (kind === 'cohere' && !model.includes('embed-v4')) ? fixed : sized;
}

function kindOf(model: string, settings: JsonObject): Kind {
  const { name, maker } = readModel(model, settings);
  if (maker === 'cohere') return 'cohere';
  if (name.includes('nova')) return 'nova';
  if (name.includes('titan-embed-image')) return 'titan-image';
  return name.includes('titan-embed-text-v2') ? 'titan-2' : 'titan';
}

/** Titan and Nova embed one input in a request. */
function oneByOne(call: Call): readonly Call[] {
  const inputs = listOf(call.body.input);
  if (inputs.length < 2 || kindOf(call.model, call.parameters.provider) === 'cohere') return [call];
  return inputs.map((input) => ({ ...call, body: { ...call.body, input: input as EmbeddingRequest['input'] } }));
}

function buildBody(call: Call): JsonObject {
  const context = { provider: providerId, model: call.model, vocabulary: embeddingVocabulary };
  const asked = applyParameterPolicy(call.body, paramsOf(call.model), true, call.parameters, context);
  const { model: _model, input, dimensions, encoding_format: _encoding, model_id: _id, ...rest } = asked;
  const own = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('aws_')));
  const kind = kindOf(call.model, call.parameters.provider);
  if (kind === 'cohere') return cohereBody(listOf(input), dimensions, own);
  const [only] = listOf(input);
  const text = typeof only === 'string' ? only : refuse('input', 'Bedrock embeds texts, not token ids');
  if (kind === 'titan-2') return { inputText: text, ...(dimensions != null && { dimensions }), ...own };
  if (kind === 'titan-image') return titanImageBody(text, dimensions, own);
  return kind === 'nova' ? novaBody(text, dimensions, own) : { inputText: text, ...own };
}

function listOf(input: unknown): readonly unknown[] {
  return Array.isArray(input) ? (input as readonly unknown[]) : [input];
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-mm.html */
function titanImageBody(text: string, dimensions: unknown, own: JsonObject): JsonObject {
  const image = parseDataUrl(text);
  return {
    ...(image ? { inputImage: image.base64 } : { inputText: text }),
    ...(dimensions != null && { embeddingConfig: { outputEmbeddingLength: dimensions } }),
    ...own,
  };
}

/** https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html */
function novaBody(text: string, dimensions: unknown, own: JsonObject): JsonObject {
  const { input_type: purpose, embeddingPurpose, ...others } = own;
  const image = parseDataUrl(text);
  const format = image?.mediaType.replace(/^image\//, '').replace('jpg', 'jpeg');
  return {
    taskType: 'SINGLE_EMBEDDING',
    singleEmbeddingParams: {
      embeddingPurpose: embeddingPurpose ?? purpose ?? 'GENERIC_INDEX',
      ...(dimensions != null && { embeddingDimension: dimensions }),
      ...(image
        ? { image: { format, source: { bytes: image.base64 } } }
        : { text: { truncationMode: 'END', value: text } }),
    },
    ...others,
  };
}

/** Pictures come alone: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v3.html */
function cohereBody(inputs: readonly unknown[], dimensions: unknown, own: JsonObject): JsonObject {
  const texts = inputs.map((each) =>
    typeof each === 'string' ? each : refuse('input', 'Cohere embeds texts, not token ids'),
  );
  const isImages = texts.length > 0 && texts.every((each) => each.startsWith('data:image/'));
  return {
    ...(isImages ? { images: texts, input_type: 'image' } : { texts, input_type: 'search_document' }),
    ...(dimensions != null && { output_dimension: dimensions }),
    ...own,
  };
}

function parseResponse(response: InboundResponse, call: Call): ParsedAnswer<EmbeddingResponse> {
  const answer = readJsonAnswer(response.body, providerId);
  const { encoding_format: format } = call.body;
  const vectors = vectorsOf(answer);
  if (vectors.length === 0 || !vectors.every(isVector)) throw invalidAnswer('an answer without embeddings');
  const counted =
    answer['inputTextTokenCount'] ?? Number(headerValue(response.headers, 'x-amzn-bedrock-input-token-count'));
  const promptTokens = readCount(counted);
  const data = vectors.map((vector, index) => ({
    object: 'embedding' as const,
    index,
    embedding: encodeVector(vector, format),
  }));
  return {
    answer: {
      object: 'list',
      data,
      model: call.model,
      usage: { prompt_tokens: promptTokens, completion_tokens: 0, total_tokens: promptTokens },
    },
    usage: promptTokens > 0 ? { promptTokens, completionTokens: 0 } : undefined,
  };
}

/** Titan: `embedding`. Nova: `embeddings: [{embedding}]`. Cohere: `embeddings`, a list or one list for each type. */
function vectorsOf({ embedding, embeddings: many, embeddingsByType }: JsonObject): readonly unknown[] {
  if (embedding !== undefined) return [embedding];
  if (Array.isArray(many))
    return (many as readonly unknown[]).map((each) => (Array.isArray(each) ? each : objectOf(each)['embedding']));
  const [ofType] = Object.values(objectOf(many ?? embeddingsByType)).filter((each) => Array.isArray(each));
  if (many !== undefined) return (ofType as readonly unknown[] | undefined) ?? [];
  return ofType === undefined ? [] : [ofType];
}
