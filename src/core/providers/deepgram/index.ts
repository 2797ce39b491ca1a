/** Deepgram: speech to text by Nova and others, text to speech by Aura. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { providerId } from './provider-id.js';
import { speech } from './speech.js';
import { transcription } from './transcription.js';

export const deepgram: ProviderDefinition = {
  id: providerId,
  displayName: 'Deepgram',
  env: { apiKey: ['DEEPGRAM_API_KEY'], baseUrl: ['DEEPGRAM_API_BASE'] },
  defaultBaseUrl: 'https://api.deepgram.com/v1',
  needsApiKey: true,
  // https://developers.deepgram.com/docs/authenticating ; a token of its own kind is a bearer's.
  authenticate: (request, { apiKey }) =>
    apiKey
      ? {
          ...request,
          headers: {
            ...request.headers,
            authorization: apiKey.startsWith('eyJ') ? `Bearer ${apiKey}` : `Token ${apiKey}`,
          },
        }
      : request,
  transcription,
  speech,
};
