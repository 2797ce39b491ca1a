/** Mistral AI and its Codestral endpoint: the engine with Mistral's own rules for messages, reasoning and filling in the middle. */
import { openAiCompatible, type CatalogRow } from '../openai-compatible/index.js';
import type { ProviderDefinition } from '../../spec/provider.js';
import { fillInTheMiddle, fillsInTheMiddle } from './fill-in-the-middle.js';
import { messageRules } from './message-rules.js';
import { reasoningParams } from './reasoning-params.js';
import { thinkingContent } from './thinking-content.js';
import { toolCallIds } from './tool-call-ids.js';
import { toolRules } from './tool-rules.js';

/** OpenAI's chat parameters that Mistral's schema does not have: it refuses a request with members that it does not know. */
const unsupported = [
  ...['audio', 'function_call', 'functions', 'logit_bias', 'logprobs', 'modalities', 'prompt_cache_retention'],
  ...['safety_identifier', 'store', 'top_logprobs', 'user', 'verbosity', 'web_search_options'],
];

const row: Omit<CatalogRow, 'id' | 'displayName' | 'env'> = {
  docs: 'https://docs.mistral.ai/api/endpoint/chat',
  unsupported,
  renamed: { max_completion_tokens: 'max_tokens', seed: 'random_seed' },
  // The last chunk of every stream reports usage, and `stream_options` is not in the schema.
  asksForStreamUsage: false,
  quirks: [messageRules, toolCallIds, toolRules, reasoningParams, thinkingContent],
};

export const mistral = withFillInTheMiddle({
  ...row,
  id: 'mistral',
  displayName: 'Mistral AI',
  defaultBaseUrl: 'https://api.mistral.ai/v1',
  env: { apiKey: ['MISTRAL_API_KEY'], baseUrl: ['MISTRAL_API_BASE', 'MISTRAL_AZURE_API_BASE'] },
  serves: ['embeddings', 'moderations', 'transcription'],
  endpoints: {
    // https://docs.mistral.ai/api/endpoint/embeddings
    embeddings: { renamed: { dimensions: 'output_dimension' }, unsupported: ['user'] },
    // https://docs.mistral.ai/api/endpoint/audio/transcriptions
    transcription: { listMark: '', unsupported: ['chunking_strategy', 'include', 'prompt', 'response_format'] },
  },
});

// https://docs.mistral.ai/api/endpoint/fim
export const codestral = withFillInTheMiddle({
  ...row,
  id: 'codestral',
  displayName: 'Codestral',
  defaultBaseUrl: 'https://codestral.mistral.ai/v1',
  env: { apiKey: ['CODESTRAL_API_KEY'], baseUrl: ['CODESTRAL_API_BASE'] },
});

/** A request with a `suffix` goes to the endpoint that completes the text between prompt and suffix. */
function withFillInTheMiddle(of: CatalogRow): ProviderDefinition {
  const plain = openAiCompatible(of);
  const filling = openAiCompatible({
    ...of,
    chatPath: '/fim/completions',
    quirks: [...(of.quirks ?? []), fillInTheMiddle],
  });
  const [chat, fill] = [plain.chat, filling.chat];
  const [nativeChat, nativeFill] = [plain.native?.['openai-chat'], filling.native?.['openai-chat']];
  if (!chat || !fill || !nativeChat || !nativeFill) return plain;
  return {
    ...plain,
    chat: { ...chat, buildRequest: (call) => (fillsInTheMiddle(call) ? fill : chat).buildRequest(call) },
    native: {
      'openai-chat': {
        ...nativeChat,
        buildRequest: (call) => (fillsInTheMiddle(call) ? nativeFill : nativeChat).buildRequest(call),
      },
    },
  };
}
