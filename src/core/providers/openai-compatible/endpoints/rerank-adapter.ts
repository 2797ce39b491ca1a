/** The rerank of the engine: Cohere's endpoint, which all others have copied, with a provider's departures from it. */
// https://docs.cohere.com/reference/rerank
import type { RerankRequest, RerankResponse, RerankResult } from '../../../schema/rerank.js';
import { readCount } from '../../../schema/openai/chat-usage.js';
import type { EndpointCall, ParsedAnswer, RerankAdapter } from '../../../spec/endpoint-adapter.js';
import type { InboundResponse } from '../../../spec/outbound.js';
import type { Usage } from '../../../spec/usage.js';
import type { CatalogRow } from '../catalog-row.js';
import { EndpointRequests } from './endpoint-requests.js';
import { rerankVocabulary } from './openai-endpoint-params.js';
import { parseOpenAiError } from '../parse-error.js';
import type { JsonObject } from '../quirk.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../read-answer.js';

export function createRerankAdapter(row: CatalogRow): RerankAdapter {
  const requests = new EndpointRequests(row, 'rerank', rerankVocabulary);
  return {
    supportedParams: () => requests.supported,
    buildRequest: (call) => requests.post(call, { path: '/rerank', body: JSON.stringify(requests.prepareBody(call)) }),
    parseResponse: (response, call) => parseRerank(row.id, response, call),
    parseError: (response) => parseOpenAiError(response, row.id),
  };
}

/** Reads an answer in Cohere's shape, or in Voyage's, which has its list under `data`. */
export function parseRerank(
  provider: string,
  response: InboundResponse,
  call: EndpointCall<RerankRequest>,
): ParsedAnswer<RerankResponse> {
  const received = readJsonAnswer(response.body, provider);
  const { id, results = received['data'], meta } = received;
  if (!Array.isArray(results)) throw invalidAnswer(provider, 'a rerank without results');
  const usage = readUsage(received);
  return {
    answer: {
      id: typeof id === 'string' ? id : call.responseId,
      results: results.map((result: unknown) => toResult(provider, objectOf(result), call)),
      meta: typeof meta === 'object' && meta !== null ? (meta as JsonObject) : toMeta(usage),
    },
    usage,
  };
}

function toResult(provider: string, result: JsonObject, { body }: EndpointCall<RerankRequest>): RerankResult {
  const { index, relevance_score: score, document } = result;
  if (typeof index !== 'number' || typeof score !== 'number' || body.documents[index] === undefined)
    throw invalidAnswer(provider, 'a result without a place or a score');
  const own = document ?? (body.return_documents ? body.documents[index] : undefined);
  return {
    index,
    relevance_score: score,
    ...(own !== undefined && { document: typeof own === 'string' ? { text: own } : (own as JsonObject) }),
  };
}

/** Searches where the provider bills by them, tokens otherwise. */
function readUsage(received: JsonObject): Usage | undefined {
  const { billed_units: billed, tokens } = objectOf(received['meta']);
  const searches = readCount(objectOf(billed)['search_units']);
  const reported = objectOf(received['usage'])['total_tokens'] ?? objectOf(tokens)['input_tokens'];
  if (searches === 0 && typeof reported !== 'number') return undefined;
  return {
    promptTokens: readCount(reported),
    completionTokens: 0,
    ...(searches > 0 && { searchUnits: searches }),
  };
}

function toMeta(usage: Usage | undefined): RerankResponse['meta'] {
  if (!usage) return {};
  return { billed_units: { total_tokens: usage.promptTokens }, tokens: { input_tokens: usage.promptTokens } };
}
