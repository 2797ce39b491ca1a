/** Embeddings of Vertex AI: texts by :predict, newer Gemini models by :embedContent, pictures and videos by the multimodal model. */
import type { EmbeddingRequest, EmbeddingResponse } from '../../schema/openai/embeddings.js';
import { readCount } from '../../schema/openai/chat-usage.js';
import { GatewayError } from '../../errors/gateway-error.js';
import { parseDataUrl } from '../../schema/openai/content.js';
import type { EmbeddingAdapter, EndpointCall, ParsedAnswer } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import type { Usage } from '../../spec/usage.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { encodeVector, isVector } from '../openai-compatible/endpoints/embedding-vectors.js';
import type { JsonObject } from '../openai-compatible/quirk.js';
import { embeddingVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { methodPath } from './address.js';
import { mediaTypeOfFile } from './file-media-type.js';
import { readModel } from './model-family.js';
import { openEmbeddings } from './open-models.js';
import { parseError } from './parse-error.js';
import { providerId } from './provider-id.js';

type Call = EndpointCall<EmbeddingRequest>;
type Kind = 'text' | 'content' | 'multimodal' | 'open';

/** `encoding_format` is a matter of the answer alone; the others are Google's. */
const supported: ReadonlySet<string> = new Set(['dimensions', 'encoding_format']);
const instanceMembers = new Map(Object.entries({ task_type: 'task_type', taskType: 'task_type', title: 'title' }));
const contentMembers = new Map(Object.entries({ task_type: 'taskType', auto_truncate: 'autoTruncate' }));

export const embeddings: EmbeddingAdapter = {
  supportedParams: (model) => (kindOf(model) === 'open' ? openEmbeddings.supportedParams(model) : supported),
  buildRequest(call) {
    const kind = kindOf(call.model);
    if (kind === 'open') return openEmbeddings.buildRequest(call);
    const context = { provider: providerId, model: call.model, vocabulary: embeddingVocabulary };
    const asked = applyParameterPolicy(call.body, supported, true, call.parameters, context);
    const { model: _model, input, dimensions, encoding_format: _encoding, ...own } = asked;
    if (kind === 'content') return post(call, 'embedContent', contentBody(readInputs(input), dimensions, own));
    const body = kind === 'text' ? textBody(readInputs(input), dimensions, own) : mediaBody(input, dimensions, own);
    return post(call, 'predict', body);
  },
  parseResponse(response, call) {
    const kind = kindOf(call.model);
    return kind === 'open' ? openEmbeddings.parseResponse(response, call) : parseEmbeddings(kind, response, call);
  },
  parseError,
};

function kindOf(model: string): Kind {
  const { family, name } = readModel(model);
  if (family === 'open') return 'open';
  if (name.startsWith('multimodalembedding')) return 'multimodal';
  return name.startsWith('gemini-embedding') && !name.startsWith('gemini-embedding-001') ? 'content' : 'text';
}

function post({ endpoint, model, parameters }: Call, method: string, body: JsonObject): OutboundRequest {
  return {
    method: 'POST',
    origin: endpoint.origin,
    path: methodPath(endpoint.basePath, readModel(model).resource, method),
    headers: { 'content-type': 'application/json', ...parameters.extraHeaders },
    body: JSON.stringify({ ...body, ...parameters.extraBody }),
  };
}

function readInputs(input: unknown): readonly string[] {
  const inputs = Array.isArray(input) ? (input as readonly unknown[]) : [input];
  return inputs.map((each) => (typeof each === 'string' ? each : refuse('Vertex AI embeds texts, not token ids')));
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api */
function textBody(inputs: readonly string[], dimensions: unknown, own: JsonObject): JsonObject {
  const instance: Record<string, unknown> = {};
  const parameters: Record<string, unknown> = {};
  if (dimensions != null) parameters['outputDimensionality'] = dimensions;
  for (const [name, value] of Object.entries(own)) {
    const member = instanceMembers.get(name);
    if (member !== undefined) instance[member] = value;
    else parameters[name === 'auto_truncate' ? 'autoTruncate' : name] = value;
  }
  return { instances: inputs.map((content) => ({ content, ...instance })), parameters };
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/projects.locations.publishers.models/embedContent */
function contentBody(inputs: readonly string[], dimensions: unknown, own: JsonObject): JsonObject {
  const [only] = inputs;
  // Several parts of one content make one vector, not several.
  if (only === undefined || inputs.length > 1) return refuse('this model embeds one input with each request');
  const renamed = Object.entries(own).map(([name, value]) => [contentMembers.get(name) ?? name, value] as const);
  return {
    content: { role: 'user', parts: [toPart(only)] },
    ...(dimensions != null && { outputDimensionality: dimensions }),
    ...Object.fromEntries(renamed),
  };
}

function toPart(input: string): JsonObject {
  const data = parseDataUrl(input);
  if (data) return { inlineData: { mimeType: data.mediaType, data: data.base64 } };
  return input.startsWith('gs://')
    ? { fileData: { mimeType: mediaTypeOfFile(input), fileUri: input } }
    : { text: input };
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-multimodal-embeddings */
function mediaBody(input: unknown, dimensions: unknown, own: JsonObject): JsonObject {
  const inputs = Array.isArray(input) ? (input as readonly unknown[]) : [input];
  return {
    instances: inputs.map(toInstance),
    parameters: { ...(dimensions != null && { dimension: dimensions }), ...own },
  };
}

function toInstance(input: unknown): unknown {
  // An instance in Google's own form: text, image and video together.
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input;
  if (typeof input !== 'string') return refuse('an input is neither a text nor an object');
  const data = parseDataUrl(input);
  if (data) {
    const kind = data.mediaType.startsWith('video/') ? 'video' : 'image';
    return { [kind]: { bytesBase64Encoded: data.base64, ...(kind === 'image' && { mimeType: data.mediaType }) } };
  }
  if (!input.startsWith('gs://')) return { text: input };
  return { [mediaTypeOfFile(input).startsWith('video/') ? 'video' : 'image']: { gcsUri: input } };
}

function refuse(reason: string): never {
  throw new GatewayError('invalid_request', {
    param: 'input',
    facts: { reason: `input: ${reason}` },
    provider: providerId,
  });
}

function parseEmbeddings(kind: Kind, response: InboundResponse, call: Call): ParsedAnswer<EmbeddingResponse> {
  const received = readJsonAnswer(response.body, providerId);
  const vectors = kind === 'content' ? [objectOf(received['embedding'])['values']] : readPredictions(kind, received);
  const usage = readUsage(received);
  return {
    answer: {
      object: 'list',
      data: vectors.map((vector, index) => {
        if (!isVector(vector)) throw invalidAnswer(providerId, 'an embedding that is no vector');
        return { object: 'embedding', index, embedding: encodeVector(vector, call.body.encoding_format) };
      }),
      model: call.model,
      ...(usage && {
        usage: { prompt_tokens: usage.promptTokens, completion_tokens: 0, total_tokens: usage.promptTokens },
      }),
    },
    usage,
  };
}

function readPredictions(kind: Kind, received: JsonObject): readonly unknown[] {
  const predictions = received['predictions'];
  if (!Array.isArray(predictions)) throw invalidAnswer(providerId, 'embeddings without predictions');
  return predictions.flatMap((each: unknown) => {
    const prediction = objectOf(each);
    if (kind === 'text') return [objectOf(prediction['embeddings'])['values']];
    const { textEmbedding, imageEmbedding, videoEmbeddings } = prediction;
    const videos = Array.isArray(videoEmbeddings) ? (videoEmbeddings as readonly unknown[]) : [];
    const found = [textEmbedding, imageEmbedding, ...videos.map((video) => objectOf(video)['embedding'])];
    return found.filter((vector) => vector !== undefined);
  });
}

function readUsage(received: JsonObject): Usage | undefined {
  const reported = objectOf(received['usageMetadata'])['promptTokenCount'];
  const predictions = Array.isArray(received['predictions']) ? (received['predictions'] as readonly unknown[]) : [];
  const counted = predictions.map(
    (each) => objectOf(objectOf(objectOf(each)['embeddings'])['statistics'])['token_count'],
  );
  const counts = [reported, ...counted].filter((count) => typeof count === 'number');
  if (counts.length === 0) return undefined;
  return { promptTokens: counts.reduce((sum, count) => sum + readCount(count), 0), completionTokens: 0 };
}
