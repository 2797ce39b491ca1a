/** OpenAI's models that complete texts, and every server that speaks its older endpoint: natively, and for clients that chat by one prompt. */
// https://platform.openai.com/docs/api-reference/completions
import type { ProviderDefinition } from '../../spec/provider.js';
import { nativeCompletions } from '../openai-compatible/endpoints/native-completions.js';
import { openAiCompatible, type CatalogRow } from '../openai-compatible/index.js';
import { chatByPrompt } from './chat-by-prompt.js';

const row: CatalogRow = {
  id: 'text_completion_openai',
  displayName: 'OpenAI text completions',
  docs: 'https://platform.openai.com/docs/api-reference/completions',
  defaultBaseUrl: 'https://api.openai.com/v1',
  env: { apiKey: ['OPENAI_API_KEY'], baseUrl: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'] },
};

export const textCompletionOpenAi: ProviderDefinition = {
  ...openAiCompatible(row),
  chat: chatByPrompt(row),
  native: { 'openai-completions': nativeCompletions(row, () => true) },
};
