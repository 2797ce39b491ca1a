/** Azure OpenAI: OpenAI's models behind Azure's addresses, versions and identities. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { closedMessages } from '../openai/closed-messages.js';
import { nativeResponses, type ResponsesHost } from '../openai/native-responses.js';
import { storedResponses } from '../openai/stored-responses.js';
import { imageModels } from '../openai/image-models.js';
import { objectAdapters, openAiCompatible } from '../openai-compatible/index.js';
import { azurePath, deploymentOf, resourcePath, responsesPath } from './address.js';
import { withAzureCredentials } from './authenticate.js';
import { entraExchange } from './entra-token.js';
import { azureReasoningParams } from './model-series.js';
import { promptFilterResults } from './prompt-filter-results.js';
import { identityVariables } from './variables.js';

const id = 'azure';

const engine = openAiCompatible({
  id,
  displayName: 'Azure OpenAI',
  docs: 'https://learn.microsoft.com/en-us/azure/ai-services/openai/reference',
  env: {
    apiKey: ['AZURE_API_KEY', 'AZURE_OPENAI_API_KEY'],
    baseUrl: ['AZURE_API_BASE', 'AZURE_OPENAI_ENDPOINT'],
    settings: { ...identityVariables.settings, api_version: ['AZURE_API_VERSION', 'OPENAI_API_VERSION'] },
    credentials: identityVariables.credentials,
  },
  needsApiKey: false,
  path: azurePath,
  modelMembers: (call) => ({ model: deploymentOf(call) }),
  serves: ['embeddings', 'images', 'transcription', 'speech'],
  endpoints: { images: { ...imageModels, streams: true }, transcription: { streams: true } },
  quirks: [azureReasoningParams, closedMessages, promptFilterResults],
});

const host: ResponsesHost = { provider: id, path: responsesPath, model: deploymentOf };

export const azure: ProviderDefinition = {
  ...engine,
  // https://learn.microsoft.com/en-us/azure/ai-services/openai/how-to/batch
  ...objectAdapters({ provider: id, path: resourcePath, lineModel: deploymentOf }),
  credentialExchange: entraExchange(id),
  authenticate: (request, credentials) => withAzureCredentials(request, credentials, id),
  native: { ...engine.native, 'openai-responses': nativeResponses(host) },
  storedResponses: storedResponses(host),
};
