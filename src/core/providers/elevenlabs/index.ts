/** ElevenLabs: text to speech, and speech to text by Scribe. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { providerId } from './provider-id.js';
import { speech } from './speech.js';
import { transcription } from './transcription.js';

export const elevenlabs: ProviderDefinition = {
  id: providerId,
  displayName: 'ElevenLabs',
  env: { apiKey: ['ELEVENLABS_API_KEY'], baseUrl: ['ELEVENLABS_API_BASE'] },
  defaultBaseUrl: 'https://api.elevenlabs.io',
  needsApiKey: true,
  // https://elevenlabs.io/docs/api-reference/authentication
  authenticate: (request, { apiKey }) =>
    apiKey ? { ...request, headers: { ...request.headers, 'xi-api-key': apiKey } } : request,
  speech,
  transcription,
};
