/** Gemini on Vertex AI: AI Studio's API at Google Cloud's addresses. */
// https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
import { geminiChat } from '../gemini/chat.js';
import type { GenerateContentRequest } from '../../schema/google/generate-content-request.js';
import type { NativeAdapter } from '../../spec/chat-adapter.js';
import type { GeminiHost } from '../gemini/gemini-host.js';
import { nativeGenerateContent } from '../gemini/native-generate-content.js';
import { mediaTypeOf } from '../gemini/media-type.js';
import { methodPath } from './address.js';
import { readModel } from './model-family.js';
import { providerId } from './provider-id.js';

const host: GeminiHost = {
  provider: providerId,
  path: ({ endpoint, model }, method) => methodPath(endpoint.basePath, readModel(model).resource, method),
  // Public files are fetched by Google where their kind is said, which a name without an ending does not.
  takesAddress: (url) => url.startsWith('gs://') || (url.startsWith('https://') && mediaTypeOf(url) !== undefined),
};

export const gemini = geminiChat(host);

const native = nativeGenerateContent(host);

/** For Gemini's own models alone. */
export const nativeGemini: NativeAdapter<GenerateContentRequest> = {
  ...native,
  accepts: (call) => readModel(call.model).family === 'gemini' && native.accepts(call),
};
