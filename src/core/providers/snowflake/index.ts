/** Snowflake Cortex, through its OpenAI-compatible endpoint; the account is in the address. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { openAiCompatible } from '../openai-compatible/index.js';
import { authenticate, makeKeyPairToken } from './credentials.js';

// https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api
export const snowflake: ProviderDefinition = {
  ...openAiCompatible({
    id: 'snowflake',
    displayName: 'Snowflake Cortex',
    docs: 'https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api',
    locate: (settings, configured) => cortexBase(configured) ?? addressOf(settings['account_id']),
    env: {
      apiKey: ['SNOWFLAKE_JWT', 'SNOWFLAKE_PAT', 'SNOWFLAKE_API_KEY'],
      baseUrl: ['SNOWFLAKE_API_BASE'],
      settings: { account_id: ['SNOWFLAKE_ACCOUNT_ID', 'SNOWFLAKE_ACCOUNT'], snowflake_user: ['SNOWFLAKE_USER'] },
      credentials: { privateKey: ['SNOWFLAKE_PRIVATE_KEY'] },
    },
    needsApiKey: false,
    unsupported: [
      ...['audio', 'function_call', 'functions', 'logit_bias', 'metadata', 'modalities', 'n', 'prediction'],
      ...['prompt_cache_key', 'prompt_cache_retention', 'safety_identifier', 'service_tier', 'store', 'verbosity'],
      ...['web_search_options'],
    ],
    // The endpoint has the newer name only.
    renamed: { max_tokens: 'max_completion_tokens' },
  }),
  credentialExchange: makeKeyPairToken,
  authenticate,
};

function addressOf(account: unknown): string | undefined {
  if (typeof account !== 'string' || !/^[\w.-]+$/.test(account)) return undefined;
  return `https://${account.toLowerCase()}.snowflakecomputing.com/api/v2/cortex/v1`;
}

/** Users give the account's address, the API's, or that of the older endpoint. */
function cortexBase(configured: string | undefined): string | undefined {
  const base = configured
    ?.replace(/\/+$/, '')
    .replace(/\/(?:api\/v2(?:\/cortex(?:\/(?:inference:complete|v1))?)?)$/, '');
  if (base === undefined) return undefined;
  // An address with another path is that of a proxy, and is taken as it is.
  return /^https?:\/\/[^/]+$/.test(base) ? `${base}/api/v2/cortex/v1` : configured;
}
