/** Google Vertex AI: Gemini, Claude, Mistral, AI21 and open models, Imagen and embeddings behind Google Cloud's identities. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { locate } from './address.js';
import { authenticate } from './authenticate.js';
import { chat } from './chat.js';
import { nativeClaude } from './claude.js';
import { tokenCounts } from './count-tokens.js';
import { exchangeCredentials } from './credentials/exchange.js';
import { embeddings } from './embeddings.js';
import { nativeGemini } from './gemini.js';
import { images } from './images.js';
import { providerId } from './provider-id.js';

export const vertexAi: ProviderDefinition = {
  id: providerId,
  displayName: 'Google Vertex AI',
  env: {
    apiKey: ['VERTEXAI_API_KEY', 'VERTEX_API_KEY'],
    baseUrl: ['VERTEXAI_API_BASE', 'VERTEX_API_BASE'],
    settings: {
      vertex_project: ['VERTEXAI_PROJECT', 'VERTEX_PROJECT', 'GOOGLE_CLOUD_PROJECT'],
      vertex_location: ['VERTEXAI_LOCATION', 'VERTEX_LOCATION', 'GOOGLE_CLOUD_LOCATION'],
    },
    credentials: { vertexCredentials: ['VERTEXAI_CREDENTIALS', 'VERTEX_CREDENTIALS'] },
  },
  locate,
  needsApiKey: false,
  credentialExchange: exchangeCredentials,
  authenticate,
  chat,
  native: { 'gemini-generate-content': nativeGemini, 'anthropic-messages': nativeClaude },
  tokenCounts,
  embeddings,
  images,
};
