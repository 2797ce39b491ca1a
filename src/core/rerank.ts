/** The library's verb for ordering documents by a query. */
import { callEndpoint } from './call-endpoint.js';
import type { CallOptions } from './call-options.js';
import type { RerankRequest, RerankResponse } from './schema/rerank.js';

/**
 * Orders documents by how well they answer: `rerank({ model: 'cohere/rerank-v3.5', query, documents })`.
 *
 * @throws GatewayError always one, with `status`, `code` and, where a provider failed, `provider`
 */
export function rerank(request: RerankRequest, options: CallOptions = {}): Promise<RerankResponse> {
  return callEndpoint('rerank', request?.model, request, options);
}
