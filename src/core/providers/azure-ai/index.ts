/** Microsoft Foundry (Azure AI): models of many makers by the inference API, Claude by its own, and Cohere's rerank. */
import type { ChatAdapter, NativeAdapter } from '../../spec/chat-adapter.js';
import type { Credentials, OutboundRequest } from '../../spec/outbound.js';
import type { ProviderDefinition } from '../../spec/provider.js';
import { nativeMessages } from '../anthropic/native-messages.js';
import { withAzureCredentials } from '../azure/authenticate.js';
import { entraExchange } from '../azure/entra-token.js';
import { identityVariables } from '../azure/variables.js';
import { openAiCompatible } from '../openai-compatible/index.js';
import { reasoningField } from '../openai-compatible/quirks/reasoning-field.js';
import { foundryPath, isResource, rerankPath } from './address.js';
import { claude, claudeCounts, claudeHost, isClaude } from './claude.js';
import { extraParameters, inferenceNames } from './inference-params.js';
import { providerId } from './provider-id.js';

const engine = openAiCompatible({
  id: providerId,
  displayName: 'Microsoft Foundry (Azure AI)',
  docs: 'https://learn.microsoft.com/en-us/azure/foundry/foundry-models/concepts/endpoints',
  env: {
    apiKey: ['AZURE_AI_API_KEY'],
    baseUrl: ['AZURE_AI_API_BASE'],
    settings: { ...identityVariables.settings, api_version: ['AZURE_AI_API_VERSION'] },
    credentials: identityVariables.credentials,
  },
  needsApiKey: false,
  path: (endpointPath, call) => (endpointPath === '/rerank' ? rerankPath(call) : foundryPath(endpointPath, call)),
  serves: ['embeddings', 'images', 'rerank'],
  quirks: [extraParameters, inferenceNames, reasoningField],
});

const chatOf = (model: string): ChatAdapter => (isClaude({ model }) || !engine.chat ? claude : engine.chat);

const chat: ChatAdapter = {
  supportedParams: (model) => chatOf(model).supportedParams(model),
  passesUnknownParams: true,
  buildRequest: (call) => chatOf(call.model).buildRequest(call),
  parseResponse: (response, call) => chatOf(call.model).parseResponse(response, call),
  createStreamParser: (call) => chatOf(call.model).createStreamParser(call),
  // Both dialects have their error under `error`, and Azure's own gateway answers for either.
  parseError: (response) => claude.parseError(response),
};

function only<Body>(adapter: NativeAdapter<Body> | undefined, claudes: boolean): NativeAdapter<Body> | undefined {
  return adapter && { ...adapter, accepts: (call) => isClaude(call) === claudes && adapter.accepts(call) };
}

export const azureAi: ProviderDefinition = {
  ...engine,
  credentialExchange: entraExchange(providerId),
  authenticate,
  chat,
  native: {
    'openai-chat': only(engine.native?.['openai-chat'], false),
    'anthropic-messages': only(nativeMessages(claudeHost), true),
  },
  tokenCounts: { 'anthropic-messages': claudeCounts },
};

/** Hosts of one deployment take the key as a bearer, Claude in the header of Anthropic's own API. */
function authenticate(request: OutboundRequest, credentials: Credentials): OutboundRequest {
  const { apiKey } = credentials;
  if (apiKey && request.path.includes('/anthropic/'))
    return withAzureCredentials(request, credentials, providerId, 'x-api-key');
  if (apiKey && !isResource(request.origin))
    return { ...request, headers: { ...request.headers, authorization: `Bearer ${apiKey}` } };
  return withAzureCredentials(request, credentials, providerId);
}
