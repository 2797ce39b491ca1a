/** Gemini on Vertex AI: AI Studio's API at Google Cloud's addresses. */
// https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
import { geminiChat } from '../gemini/chat.js';
import { mediaTypeOf } from '../gemini/media-type.js';
import { methodPath } from './address.js';
import { readModel } from './model-family.js';
import { providerId } from './provider-id.js';

export const gemini = geminiChat({
  provider: providerId,
  path: ({ endpoint, model }, method) => methodPath(endpoint.basePath, readModel(model).resource, method),
  // Public files are fetched by Google where their kind is said, which a name without an ending does not.
  takesAddress: (url) => url.startsWith('gs://') || (url.startsWith('https://') && mediaTypeOf(url) !== undefined),
});
