/** Cohere: Command through the v2 chat API, Embed and Rerank. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { buildRequest, supportedParams } from './build-request.js';
import { embeddings } from './embeddings.js';
import { parseResponse } from './parse-response.js';
import { CohereStreamParser } from './parse-stream.js';
import { rerank } from './rerank.js';

const id = 'cohere';

export const cohere: ProviderDefinition = {
  id,
  displayName: 'Cohere',
  env: { apiKey: ['COHERE_API_KEY', 'CO_API_KEY'], baseUrl: ['COHERE_API_BASE'] },
  defaultBaseUrl: 'https://api.cohere.com',
  needsApiKey: true,
  authenticate: (request, { apiKey }) =>
    apiKey ? { ...request, headers: { ...request.headers, authorization: `Bearer ${apiKey}` } } : request,
  chat: {
    supportedParams: () => supportedParams,
    passesUnknownParams: true,
    buildRequest: (call) => buildRequest(call, id),
    parseResponse: (response, call) => parseResponse(response, call, id),
    createStreamParser: (call) => new CohereStreamParser(call, id),
    parseError: (response) => parseOpenAiError(response, id),
  },
  embeddings: embeddings(id),
  rerank: rerank(id),
};
