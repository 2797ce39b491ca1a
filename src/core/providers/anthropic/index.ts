/** Anthropic: Claude through the Messages API. */
import type { Credentials, OutboundRequest } from '../../spec/outbound.js';
import type { ProviderDefinition } from '../../spec/provider.js';
import { buildRequest } from './build-request.js';
import { anthropicCounts } from './count-tokens.js';
import { supportedParams } from './model-traits.js';
import { nativeMessages } from './native-messages.js';
import { parseError } from './parse-error.js';
import { parseResponse } from './parse-response.js';
import { AnthropicStreamParser } from './parse-stream.js';

const oauthPrefix = 'sk-ant-oat';
const oauthBeta = 'oauth-2025-04-20';

/** An API key goes into `x-api-key`, a token of a Claude account into `Authorization`. */
function authenticate(request: OutboundRequest, { apiKey }: Credentials): OutboundRequest {
  if (!apiKey) return request;
  if (!apiKey.startsWith(oauthPrefix)) return { ...request, headers: { ...request.headers, 'x-api-key': apiKey } };
  const betas = request.headers['anthropic-beta'];
  const beta = betas ? `${betas},${oauthBeta}` : oauthBeta;
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${apiKey}`, 'anthropic-beta': beta } };
}

export const anthropic: ProviderDefinition = {
  id: 'anthropic',
  displayName: 'Anthropic',
  env: { apiKey: ['ANTHROPIC_API_KEY'], baseUrl: ['ANTHROPIC_API_BASE', 'ANTHROPIC_BASE_URL'] },
  defaultBaseUrl: 'https://api.anthropic.com',
  needsApiKey: true,
  authenticate,
  chat: {
    supportedParams,
    passesUnknownParams: true,
    buildRequest,
    parseResponse,
    createStreamParser: (call) => new AnthropicStreamParser(call),
    parseError,
  },
  native: { 'anthropic-messages': nativeMessages() },
  tokenCounts: { 'anthropic-messages': anthropicCounts },
};
