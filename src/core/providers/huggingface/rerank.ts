/** Rerank by a Text Embeddings Inference server. */
// https://huggingface.github.io/text-embeddings-inference/#/Text%20Embeddings%20Inference/rerank
import type { RerankRequest, RerankResponse, RerankResult } from '../../schema/rerank.js';
import type { EndpointCall, ParsedAnswer, RerankAdapter } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { rerankVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { taskPath } from './task-address.js';

const provider = 'huggingface';
const supported: ReadonlySet<string> = new Set(['return_documents', 'top_n']);

export const rerank: RerankAdapter = {
  supportedParams: () => supported,
  buildRequest,
  parseResponse,
  parseError: (response) => parseOpenAiError(response, provider),
};

function buildRequest(call: EndpointCall<RerankRequest>): OutboundRequest {
  const context = { provider, model: call.model, vocabulary: rerankVocabulary };
  const asked = applyParameterPolicy(call.body, supported, true, call.parameters, context) as RerankRequest;
  const { model: _model, query, documents, top_n: _ours, return_documents: _too, ...rest } = asked;
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: taskPath(call, 'sentence-ranking', '/rerank'),
    headers: { 'content-type': 'application/json', accept: 'application/json', ...call.parameters.extraHeaders },
    body: JSON.stringify({ ...rest, query, texts: documents.map(textOf), ...call.parameters.extraBody }),
  };
}

/** The server puts all documents in order; how many of them are wanted is seen to here. */
function parseResponse(response: InboundResponse, call: EndpointCall<RerankRequest>): ParsedAnswer<RerankResponse> {
  const ranked = readJsonAnswer(response.body, provider) as unknown;
  if (!Array.isArray(ranked)) throw invalidAnswer(provider, 'a rerank that is no list');
  const results = ranked.map((each: unknown) => toResult(objectOf(each), call));
  results.sort((one, other) => other.relevance_score - one.relevance_score);
  const most = call.body.top_n ?? results.length;
  return { answer: { id: call.responseId, results: results.slice(0, most), meta: {} }, usage: undefined };
}

function toResult(ranked: Readonly<Record<string, unknown>>, { body }: EndpointCall<RerankRequest>): RerankResult {
  const { index, score } = ranked;
  const document = typeof index === 'number' ? body.documents[index] : undefined;
  if (typeof index !== 'number' || typeof score !== 'number' || document === undefined)
    throw invalidAnswer(provider, 'a result without a place or a score');
  return { index, relevance_score: score, ...(body.return_documents && { document: { text: textOf(document) } }) };
}

function textOf(document: RerankRequest['documents'][number]): string {
  if (typeof document === 'string') return document;
  return typeof document['text'] === 'string' ? document['text'] : JSON.stringify(document);
}
