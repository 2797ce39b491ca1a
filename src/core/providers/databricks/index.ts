/** Databricks: the models that a workspace serves, near OpenAI's API; Claude's reasoning comes as a list of parts. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { openAiCompatible } from '../openai-compatible/index.js';
import { authenticate, exchangeServicePrincipal } from './credentials.js';
import { contentList } from './content-list.js';
import { claudeThinking } from './claude-thinking.js';

export const databricks: ProviderDefinition = {
  ...openAiCompatible({
    id: 'databricks',
    displayName: 'Databricks',
    docs: 'https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference',
    locate: (settings, configured) => servingEndpoints(configured ?? workspaceOf(settings)),
    env: {
      apiKey: ['DATABRICKS_API_KEY', 'DATABRICKS_TOKEN'],
      baseUrl: ['DATABRICKS_API_BASE', 'DATABRICKS_HOST'],
      settings: { client_id: ['DATABRICKS_CLIENT_ID'] },
      credentials: { clientSecret: ['DATABRICKS_CLIENT_SECRET'] },
    },
    needsApiKey: false,
    unsupported: [
      ...['audio', 'frequency_penalty', 'function_call', 'functions', 'logit_bias', 'metadata', 'modalities'],
      ...['prediction', 'presence_penalty', 'prompt_cache_key', 'prompt_cache_retention', 'safety_identifier', 'seed'],
      ...['service_tier', 'store', 'verbosity', 'web_search_options'],
    ],
    renamed: { max_completion_tokens: 'max_tokens' },
    // Every chunk of a stream reports usage, and `stream_options` is not in the schema.
    asksForStreamUsage: false,
    serves: ['embeddings'],
    endpoints: { embeddings: { unsupported: ['user'] } },
    quirks: [contentList, claudeThinking],
  }),
  credentialExchange: exchangeServicePrincipal,
  authenticate,
};

function workspaceOf(settings: Readonly<Record<string, unknown>>): string | undefined {
  const host = settings['databricks_host'];
  return typeof host === 'string' && host !== '' ? host : undefined;
}

/** Users give the workspace's address with and without the path of its serving endpoints. */
function servingEndpoints(base: string | undefined): string | undefined {
  if (base === undefined) return undefined;
  const plain = (base.includes('://') ? base : `https://${base}`).replace(/\/+$/, '');
  return /^https?:\/\/[^/]+$/.test(plain) ? `${plain}/serving-endpoints` : plain;
}
