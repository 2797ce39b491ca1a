/** OpenAI itself: the engine with OpenAI's account headers and the parameter names of its reasoning models. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { openAiCompatible } from '../openai-compatible/index.js';
import { accountHeaders } from './account-headers.js';
import { imageModels } from './image-models.js';
import { nativeResponses } from './native-responses.js';
import { reasoningModelParams } from './reasoning-model-params.js';

const engine = openAiCompatible({
  id: 'openai',
  displayName: 'OpenAI',
  docs: 'https://platform.openai.com/docs/api-reference/chat',
  defaultBaseUrl: 'https://api.openai.com/v1',
  env: { apiKey: ['OPENAI_API_KEY'], baseUrl: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'] },
  serves: ['embeddings', 'images', 'transcription', 'speech', 'moderations'],
  filesAndBatches: true,
  endpoints: { images: imageModels },
  completesTexts: (model) => /^(?:ft:)?(?:babbage|davinci)-002|^gpt-3\.5-turbo-instruct/.test(model),
  quirks: [accountHeaders, reasoningModelParams],
});

export const openai: ProviderDefinition = {
  ...engine,
  native: {
    ...engine.native,
    'openai-responses': nativeResponses({
      provider: 'openai',
      path: ({ endpoint }) => `${endpoint.basePath}/responses`,
      headers: accountHeaders.headers,
    }),
  },
};
