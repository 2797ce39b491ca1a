/** Stability AI: pictures by Stable Image and Stable Diffusion, and changes to pictures. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { images } from './images.js';
import { providerId } from './provider-id.js';

export const stability: ProviderDefinition = {
  id: providerId,
  displayName: 'Stability AI',
  env: { apiKey: ['STABILITY_API_KEY'], baseUrl: ['STABILITY_API_BASE'] },
  defaultBaseUrl: 'https://api.stability.ai',
  needsApiKey: true,
  authenticate: (request, { apiKey }) =>
    apiKey ? { ...request, headers: { ...request.headers, authorization: `Bearer ${apiKey}` } } : request,
  images,
};
