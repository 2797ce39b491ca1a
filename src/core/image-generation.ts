/** The library's verb for making pictures, and changing given ones. */
import { callEndpoint } from './call-endpoint.js';
import type { CallOptions } from './call-options.js';
import type { ImageRequest, ImageResponse } from './schema/openai/images.js';

/**
 * Makes pictures: `imageGeneration({ model: 'openai/gpt-image-1', prompt })`; with `image` it changes the given ones.
 *
 * @throws GatewayError always one, with `status`, `code` and, where a provider failed, `provider`
 */
export function imageGeneration(request: ImageRequest, options: CallOptions = {}): Promise<ImageResponse> {
  return callEndpoint('images', request?.model, request, options);
}
