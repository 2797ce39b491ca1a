/** IBM watsonx.ai: chat near OpenAI's, with projects or deployments in the request and IBM's own ways to a token. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { openAiCompatible, type CatalogRow } from '../openai-compatible/index.js';
import { authenticate, exchangeApiKey } from './credentials.js';
import { embeddings } from './embeddings.js';
import { chatPath, locate } from './addresses.js';
import { reasoningParams, toolChoiceOption } from './quirks.js';
import { placeOf } from './place.js';
import { rerank } from './rerank.js';

// https://cloud.ibm.com/apidocs/watsonx-ai#text-chat
const row: CatalogRow = {
  id: 'watsonx',
  displayName: 'IBM watsonx.ai',
  docs: 'https://cloud.ibm.com/apidocs/watsonx-ai#text-chat',
  locate,
  env: {
    apiKey: ['WATSONX_APIKEY', 'WATSONX_API_KEY', 'WX_API_KEY'],
    baseUrl: ['WATSONX_API_BASE', 'WATSONX_URL', 'WX_URL', 'WML_URL'],
    settings: {
      project_id: ['WATSONX_PROJECT_ID', 'WX_PROJECT_ID'],
      space_id: ['WATSONX_DEPLOYMENT_SPACE_ID', 'WATSONX_SPACE_ID', 'WX_SPACE_ID'],
      region_name: ['WATSONX_REGION', 'WX_REGION'],
      api_version: ['WATSONX_API_VERSION'],
      watsonx_username: ['WATSONX_USERNAME'],
    },
    credentials: {
      token: ['WATSONX_TOKEN', 'WX_TOKEN'],
      zenApiKey: ['WATSONX_ZENAPIKEY', 'WATSONX_ZEN_API_KEY'],
    },
  },
  needsApiKey: false,
  unsupported: [
    ...['audio', 'function_call', 'functions', 'metadata', 'modalities', 'parallel_tool_calls', 'prediction'],
    ...['prompt_cache_key', 'prompt_cache_retention', 'safety_identifier', 'service_tier', 'store', 'user'],
    ...['verbosity', 'web_search_options'],
  ],
  asksForStreamUsage: false,
  path: chatPath,
  modelMembers: placeOf,
  quirks: [toolChoiceOption, reasoningParams],
};

const { native: _translatedAlways, ...engine } = openAiCompatible(row);

export const watsonx: ProviderDefinition = {
  ...engine,
  credentialExchange: exchangeApiKey,
  authenticate,
  embeddings,
  rerank,
};
