/** Cloudflare Workers AI, through its OpenAI-compatible endpoints; the account is in the address. */
import { openAiCompatible } from '../openai-compatible/index.js';

export const cloudflare = openAiCompatible({
  id: 'cloudflare',
  displayName: 'Cloudflare Workers AI',
  docs: 'https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/',
  locate: (settings, configured) =>
    // LiteLLM's users have the address of the older endpoint, to which the model's name was added.
    configured?.replace(/\/ai\/run\/?$/, '/ai/v1') ?? addressOf(settings['account_id']),
  env: {
    apiKey: ['CLOUDFLARE_API_KEY', 'CLOUDFLARE_API_TOKEN'],
    baseUrl: ['CLOUDFLARE_API_BASE'],
    settings: { account_id: ['CLOUDFLARE_ACCOUNT_ID'] },
  },
  unsupported: [
    ...['audio', 'function_call', 'functions', 'logit_bias', 'metadata', 'modalities', 'n', 'parallel_tool_calls'],
    ...['prediction', 'prompt_cache_key', 'prompt_cache_retention', 'safety_identifier', 'service_tier', 'store'],
    ...['user', 'verbosity', 'web_search_options'],
  ],
  renamed: { max_completion_tokens: 'max_tokens' },
  serves: ['embeddings'],
  endpoints: { embeddings: { unsupported: ['dimensions', 'encoding_format', 'user'] } },
});

function addressOf(account: unknown): string | undefined {
  if (typeof account !== 'string' || !/^[\w-]+$/.test(account)) return undefined;
  return `https://api.cloudflare.com/client/v4/accounts/${account}/ai/v1`;
}
