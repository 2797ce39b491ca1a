/** Rerank by Cohere's v2 endpoint, which takes texts only. */
// https://docs.cohere.com/reference/rerank
import type { RerankRequest } from '../../schema/rerank.js';
import type { EndpointCall, RerankAdapter } from '../../spec/endpoint-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { rerankVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { parseRerank } from '../openai-compatible/endpoints/rerank-adapter.js';
import { coherePath } from './address.js';

const supported: ReadonlySet<string> = new Set(['max_tokens_per_doc', 'rank_fields', 'return_documents', 'top_n']);

export function rerank(provider: string): RerankAdapter {
  return {
    supportedParams: () => supported,
    buildRequest: (call) => buildRequest(call, provider),
    parseResponse: (response, call) => parseRerank(provider, response, call),
    parseError: (response) => parseOpenAiError(response, provider),
  };
}

function buildRequest(call: EndpointCall<RerankRequest>, provider: string): OutboundRequest {
  const context = { provider, model: call.model, vocabulary: rerankVocabulary };
  const asked = applyParameterPolicy(call.body, supported, true, call.parameters, context) as RerankRequest;
  const { model: _model, documents, return_documents: _ours, rank_fields: fields, ...rest } = asked;
  const texts = documents.map((document) => (typeof document === 'string' ? document : toText(document, fields)));
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: coherePath(call.endpoint, 'rerank'),
    headers: { 'content-type': 'application/json', accept: 'application/json', ...call.parameters.extraHeaders },
    body: JSON.stringify({ ...rest, documents: texts, ...call.parameters.extraBody, model: call.model }),
  };
}

/** The members that count, a line each, as Cohere advises for documents with fields. */
function toText(document: Readonly<Record<string, unknown>>, fields: readonly string[] | null | undefined): string {
  const { text } = document;
  if (!fields?.length && typeof text === 'string') return text;
  const members = Object.entries(document).filter(([name]) => !fields?.length || fields.includes(name));
  return members
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');
}
