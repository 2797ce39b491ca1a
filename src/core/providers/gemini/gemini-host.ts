/** A place that serves Gemini by generateContent: AI Studio, or a cloud with addresses of its own. */
import type { Endpoint } from '../../spec/outbound.js';

export interface GeminiHost {
  /** The id of the provider, for errors. */
  readonly provider: string;
  /** The path of `method` (`generateContent`, ...) of a model. */
  readonly path: (call: { readonly endpoint: Endpoint; readonly model: string }, method: string) => string;
  /** True for addresses of files that it fetches by itself. */
  readonly takesAddress: (url: string) => boolean;
}

export const aiStudio: GeminiHost = {
  provider: 'gemini',
  path: ({ endpoint, model }, method) => `${versioned(endpoint.basePath)}/${resourceOf(model)}:${method}`,
  // https://ai.google.dev/gemini-api/docs/files and /video-understanding#youtube
  takesAddress: (url) =>
    /^https:\/\/generativelanguage\.googleapis\.com\/|^https:\/\/(?:www\.)?youtube\.com\/|^https:\/\/youtu\.be\//.test(
      url,
    ) || url.startsWith('gs://'),
};

/** Users give the address with and without its version. */
function versioned(basePath: string): string {
  return /\/v\d+(?:alpha|beta)?\d*$/.test(basePath) ? basePath : `${basePath}/v1beta`;
}

/** `gemini-2.5-flash`, `models/gemini-2.5-flash`, `tunedModels/my-model`. */
export function resourceOf(model: string): string {
  const [first = '', ...others] = model.split('/').map(encodeURIComponent);
  if (others.length === 0) return `models/${first}`;
  return [first, ...others].filter((step) => step !== '..' && step !== '.').join('/');
}
