/** Hugging Face: chat through the router of inference providers or a dedicated endpoint, vectors and rerank by its own tasks. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { openAiCompatible } from '../openai-compatible/index.js';
import { embeddings } from './embeddings.js';
import { rerank } from './rerank.js';
import { wireModel } from './wire-model.js';

const router = 'https://router.huggingface.co/v1';

// https://huggingface.co/docs/inference-providers/tasks/chat-completion
export const huggingface: ProviderDefinition = {
  ...openAiCompatible({
    id: 'huggingface',
    displayName: 'Hugging Face',
    docs: 'https://huggingface.co/docs/inference-providers/tasks/chat-completion',
    defaultBaseUrl: router,
    // Dedicated endpoints serve OpenAI's API under /v1, and their tasks beside it.
    locate: (_settings, configured) => configured?.replace(/\/+$/, '').replace(/(?:\/v1)?$/, '/v1'),
    env: {
      apiKey: ['HUGGINGFACE_API_KEY', 'HF_TOKEN'],
      baseUrl: ['HUGGINGFACE_API_BASE'],
    },
    needsApiKey: false,
    modelMembers: ({ model }) => ({ model: wireModel(model) }),
  }),
  embeddings,
  rerank,
};
