/** Google's Gemini through AI Studio. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { geminiChat } from './chat.js';
import { aiStudioCounts } from './count-tokens.js';
import { embeddings } from './embeddings.js';
import { aiStudio } from './gemini-host.js';
import { images } from './images.js';
import { nativeGenerateContent } from './native-generate-content.js';

// https://ai.google.dev/api
export const gemini: ProviderDefinition = {
  id: aiStudio.provider,
  displayName: 'Google Gemini (AI Studio)',
  env: { apiKey: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'], baseUrl: ['GEMINI_API_BASE'] },
  defaultBaseUrl: 'https://generativelanguage.googleapis.com',
  needsApiKey: true,
  authenticate: (request, { apiKey }) =>
    apiKey ? { ...request, headers: { ...request.headers, 'x-goog-api-key': apiKey } } : request,
  chat: geminiChat(aiStudio),
  native: { 'gemini-generate-content': nativeGenerateContent(aiStudio) },
  tokenCounts: { 'gemini-generate-content': aiStudioCounts },
  embeddings,
  images,
};
