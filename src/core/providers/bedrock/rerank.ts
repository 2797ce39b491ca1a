/** Rerank on Bedrock, which another of its hosts serves for the models of Amazon and Cohere. */
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Rerank.html
import type { RerankRequest, RerankResponse, RerankResult } from '../../schema/rerank.js';
import type { EndpointCall, ParsedAnswer, RerankAdapter } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy, type ParameterVocabulary } from '../openai-compatible/apply-parameter-policy.js';
import { objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { inRegion, signingRegion } from './aws-address.js';
import { readModel } from './model-id.js';
import { parseAwsError } from './parse-error.js';
import { invalidAnswer, providerId } from './provider-id.js';

type Call = EndpointCall<RerankRequest>;

const supported: ReadonlySet<string> = new Set(['return_documents', 'top_n', 'max_tokens_per_doc']);
const vocabulary: ParameterVocabulary = {
  frame: new Set(['model', 'query', 'documents']),
  params: new Set(['max_chunks_per_doc', 'max_tokens_per_doc', 'rank_fields', 'return_documents', 'top_n']),
};
/** Bedrock bills queries of up to a hundred documents. https://aws.amazon.com/bedrock/pricing/ */
const documentsInQuery = 100;

export const rerank: RerankAdapter = {
  supportedParams: () => supported,
  buildRequest,
  parseResponse,
  parseError: (response) => parseAwsError(response, providerId),
};

function buildRequest(call: Call): OutboundRequest {
  const { endpoint, parameters } = call;
  const context = { provider: providerId, model: call.model, vocabulary };
  const asked = applyParameterPolicy(call.body, supported, true, parameters, context) as RerankRequest;
  const { model: _model, query, documents, top_n: most, return_documents: _mine, model_id: _id, ...rest } = asked;
  const fields = Object.entries(rest).filter(([name, value]) => value != null && !name.startsWith('aws_'));
  const { id, region } = readModel(call.model, parameters.provider);
  const origin = inRegion(endpoint.origin, region);
  const modelArn = id.startsWith('arn:')
    ? id
    : `arn:aws:bedrock:${region ?? signingRegion({ origin, path: '' }, parameters.provider)}::foundation-model/${id}`;
  const configuration = {
    modelConfiguration: {
      modelArn,
      ...(fields.length > 0 && { additionalModelRequestFields: Object.fromEntries(fields) }),
    },
    ...(typeof most === 'number' && { numberOfResults: Math.min(most, documents.length) }),
  };
  const body = {
    queries: [{ type: 'TEXT', textQuery: { text: query } }],
    sources: documents.map((document) => ({ type: 'INLINE', inlineDocumentSource: toSource(document) })),
    rerankingConfiguration: { type: 'BEDROCK_RERANKING_MODEL', bedrockRerankingConfiguration: configuration },
    ...parameters.extraBody,
  };
  return {
    method: 'POST',
    origin: origin.replace('//bedrock-runtime', '//bedrock-agent-runtime'),
    path: `${endpoint.basePath}/rerank`,
    headers: { 'content-type': 'application/json', ...parameters.extraHeaders },
    body: JSON.stringify(body),
  };
}

function toSource(document: RerankRequest['documents'][number]): object {
  if (typeof document === 'string') return { type: 'TEXT', textDocument: { text: document } };
  const text = document['text'];
  return typeof text === 'string' && Object.keys(document).length === 1
    ? { type: 'TEXT', textDocument: { text } }
    : { type: 'JSON', jsonDocument: document };
}

function parseResponse(response: InboundResponse, call: Call): ParsedAnswer<RerankResponse> {
  const { results } = readJsonAnswer(response.body, providerId);
  if (!Array.isArray(results)) throw invalidAnswer('a rerank without results');
  const searchUnits = Math.max(Math.ceil(call.body.documents.length / documentsInQuery), 1);
  return {
    answer: {
      id: call.responseId,
      results: results.map((result: unknown) => toResult(objectOf(result), call)),
      meta: { billed_units: { search_units: searchUnits } },
    },
    usage: { promptTokens: 0, completionTokens: 0, searchUnits },
  };
}

function toResult({ index, relevanceScore }: Readonly<Record<string, unknown>>, { body }: Call): RerankResult {
  const document = typeof index === 'number' ? body.documents[index] : undefined;
  if (typeof index !== 'number' || typeof relevanceScore !== 'number' || document === undefined)
    throw invalidAnswer('a result without a place or a score');
  const shown = typeof document === 'string' ? { text: document } : document;
  return { index, relevance_score: relevanceScore, ...(body.return_documents && { document: shown }) };
}
