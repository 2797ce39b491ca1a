/** OpenAI itself: the engine with OpenAI's account headers and the parameter names of its reasoning models. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { openAiCompatible } from '../openai-compatible/index.js';
import { accountHeaders } from './account-headers.js';
import { closedMessages } from './closed-messages.js';
import { imageModels } from './image-models.js';
import { nativeResponses, type ResponsesHost } from './native-responses.js';
import { reasoningModelParams } from './reasoning-model-params.js';
import { storedResponses } from './stored-responses.js';

const engine = openAiCompatible({
  id: 'openai',
  displayName: 'OpenAI',
  docs: 'https://platform.openai.com/docs/api-reference/chat',
  defaultBaseUrl: 'https://api.openai.com/v1',
  env: { apiKey: ['OPENAI_API_KEY'], baseUrl: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'] },
  serves: ['embeddings', 'images', 'transcription', 'speech', 'moderations'],
  filesAndBatches: true,
  endpoints: { images: { ...imageModels, streams: true }, transcription: { streams: true } },
  completesTexts: (model) => /^(?:ft:)?(?:babbage|davinci)-002|^gpt-3\.5-turbo-instruct/.test(model),
  quirks: [accountHeaders, closedMessages, reasoningModelParams],
});

const host: ResponsesHost = {
  provider: 'openai',
  path: ({ endpoint }) => `${endpoint.basePath}/responses`,
  headers: accountHeaders.headers,
};

export const openai: ProviderDefinition = {
  ...engine,
  native: { ...engine.native, 'openai-responses': nativeResponses(host) },
  storedResponses: storedResponses(host),
};
