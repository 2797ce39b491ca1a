/** Embeddings of AI Studio, several texts with one request. */
// https://ai.google.dev/api/embeddings
import { readCount } from '../../schema/openai/chat-usage.js';
import type { EmbeddingRequest, EmbeddingResponse } from '../../schema/openai/embeddings.js';
import { parseDataUrl } from '../../schema/openai/content.js';
import type { EmbeddingAdapter, EndpointCall, ParsedAnswer } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import type { Usage } from '../../spec/usage.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { encodeVector, isVector } from '../openai-compatible/endpoints/embedding-vectors.js';
import { embeddingVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { aiStudio, resourceOf } from './gemini-host.js';
import { parseError } from './parse-error.js';
import { refuse } from './refuse.js';

const { provider } = aiStudio;
const supported: ReadonlySet<string> = new Set(['dimensions', 'encoding_format']);
const renamed: Readonly<Record<string, string>> = { dimensions: 'outputDimensionality', task_type: 'taskType' };

export const embeddings: EmbeddingAdapter = {
  supportedParams: () => supported,
  buildRequest,
  parseResponse,
  parseError: (response) => parseError(response, provider),
};

function buildRequest(call: EndpointCall<EmbeddingRequest>): OutboundRequest {
  const context = { provider, model: call.model, vocabulary: embeddingVocabulary };
  const asked = applyParameterPolicy(call.body, supported, true, call.parameters, context);
  const { model: _asked, input, encoding_format: _encoding, ...rest } = asked;
  const settings = Object.fromEntries(Object.entries(rest).map(([name, value]) => [renamed[name] ?? name, value]));
  const requests = [input].flat().map((each) => ({
    model: resourceOf(call.model),
    content: { parts: [toPart(each)] },
    ...settings,
  }));
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: aiStudio.path(call, 'batchEmbedContents'),
    headers: { 'content-type': 'application/json', ...call.parameters.extraHeaders },
    body: JSON.stringify({ requests, ...call.parameters.extraBody }),
  };
}

/** A text, or a data URL for the models that embed pictures and sound. */
function toPart(input: unknown): object {
  if (typeof input !== 'string') return refuse('input', 'Gemini embeds texts, no token ids');
  const data = parseDataUrl(input);
  return data ? { inlineData: { mimeType: data.mediaType, data: data.base64 } } : { text: input };
}

function parseResponse(
  response: InboundResponse,
  call: EndpointCall<EmbeddingRequest>,
): ParsedAnswer<EmbeddingResponse> {
  const { embeddings: vectors, usageMetadata } = readJsonAnswer(response.body, provider);
  if (!Array.isArray(vectors)) throw invalidAnswer(provider, 'an answer without embeddings');
  const usage = readUsage(objectOf(usageMetadata)['promptTokenCount']);
  return {
    answer: {
      object: 'list',
      data: vectors.map((vector: unknown, index) => {
        const { values } = objectOf(vector);
        if (!isVector(values)) throw invalidAnswer(provider, 'an embedding that is no vector');
        return { object: 'embedding', index, embedding: encodeVector(values, call.body.encoding_format) };
      }),
      model: call.model,
      ...(usage && {
        usage: { prompt_tokens: usage.promptTokens, completion_tokens: 0, total_tokens: usage.promptTokens },
      }),
    },
    usage,
  };
}

function readUsage(counted: unknown): Usage | undefined {
  return typeof counted === 'number' ? { promptTokens: readCount(counted), completionTokens: 0 } : undefined;
}
