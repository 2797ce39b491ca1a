/** Replicate: models that run as predictions, which are made first and answered later. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { buildRequest, supportedParams } from './build-request.js';
import { parseResponse } from './parse-response.js';
import { ReplicateStreamParser } from './parse-stream.js';

// https://replicate.com/docs/reference/http
export const replicate: ProviderDefinition = {
  id: 'replicate',
  displayName: 'Replicate',
  env: { apiKey: ['REPLICATE_API_KEY', 'REPLICATE_API_TOKEN'], baseUrl: ['REPLICATE_API_BASE'] },
  defaultBaseUrl: 'https://api.replicate.com/v1',
  needsApiKey: true,
  authenticate: (request, { apiKey }) =>
    apiKey ? { ...request, headers: { ...request.headers, authorization: `Bearer ${apiKey}` } } : request,
  chat: {
    supportedParams: () => supportedParams,
    passesUnknownParams: true,
    buildRequest,
    parseResponse,
    createStreamParser: (call) => new ReplicateStreamParser(call),
    parseError: (response) => parseOpenAiError(response, 'replicate'),
  },
};
