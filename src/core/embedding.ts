/** The library's verb for embeddings. */
import { callEndpoint } from './call-endpoint.js';
import type { CallOptions } from './call-options.js';
import type { EmbeddingRequest, EmbeddingResponse } from './schema/openai/embeddings.js';

/**
 * Turns texts into vectors: `embedding({ model: 'openai/text-embedding-3-small', input: ['a', 'b'] })`.
 *
 * @throws GatewayError always one, with `status`, `code` and, where a provider failed, `provider`
 */
export function embedding(request: EmbeddingRequest, options: CallOptions = {}): Promise<EmbeddingResponse> {
  return callEndpoint('embeddings', request?.model, request, options);
}
