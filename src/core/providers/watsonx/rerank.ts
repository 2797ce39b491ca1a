/** Rerank of watsonx.ai. */
// https://cloud.ibm.com/apidocs/watsonx-ai#text-rerank
import { readCount } from '../../schema/openai/chat-usage.js';
import type { RerankRequest, RerankResponse, RerankResult } from '../../schema/rerank.js';
import type { EndpointCall, ParsedAnswer, RerankAdapter } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy, type ParameterVocabulary } from '../openai-compatible/apply-parameter-policy.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { textPath } from './addresses.js';
import { placeOf } from './place.js';

const provider = 'watsonx';
const supported: ReadonlySet<string> = new Set(['return_documents', 'top_n']);
const vocabulary: ParameterVocabulary = {
  frame: new Set(['model', 'query', 'documents']),
  params: new Set(['max_chunks_per_doc', 'max_tokens_per_doc', 'rank_fields', 'return_documents', 'top_n']),
};

export const rerank: RerankAdapter = {
  supportedParams: () => supported,
  buildRequest,
  parseResponse,
  parseError: (response) => parseOpenAiError(response, provider),
};

function buildRequest(call: EndpointCall<RerankRequest>): OutboundRequest {
  const context = { provider, model: call.model, vocabulary };
  const asked = applyParameterPolicy(call.body, supported, true, call.parameters, context) as RerankRequest;
  const { model: _asked, query, documents, top_n: most, return_documents: _mine, ...rest } = asked;
  const body = {
    ...rest,
    query,
    inputs: documents.map((document) => ({ text: textOf(document) })),
    ...(typeof most === 'number' && { parameters: { return_options: { top_n: most } } }),
    ...call.parameters.extraBody,
    ...placeOf(call),
  };
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: textPath('rerank', call),
    headers: { 'content-type': 'application/json', accept: 'application/json', ...call.parameters.extraHeaders },
    body: JSON.stringify(body),
  };
}

function parseResponse(response: InboundResponse, call: EndpointCall<RerankRequest>): ParsedAnswer<RerankResponse> {
  const { results, input_token_count: counted } = readJsonAnswer(response.body, provider);
  if (!Array.isArray(results)) throw invalidAnswer(provider, 'a rerank without results');
  const promptTokens = readCount(counted);
  return {
    answer: {
      id: call.responseId,
      results: results.map((result: unknown) => toResult(objectOf(result), call)),
      meta: { tokens: { input_tokens: promptTokens }, billed_units: { total_tokens: promptTokens } },
    },
    usage: { promptTokens, completionTokens: 0 },
  };
}

function toResult(result: Readonly<Record<string, unknown>>, { body }: EndpointCall<RerankRequest>): RerankResult {
  const { index, score } = result;
  const document = typeof index === 'number' ? body.documents[index] : undefined;
  if (typeof index !== 'number' || typeof score !== 'number' || document === undefined)
    throw invalidAnswer(provider, 'a result without a place or a score');
  return { index, relevance_score: score, ...(body.return_documents && { document: { text: textOf(document) } }) };
}

function textOf(document: RerankRequest['documents'][number]): string {
  if (typeof document === 'string') return document;
  return typeof document['text'] === 'string' ? document['text'] : JSON.stringify(document);
}
