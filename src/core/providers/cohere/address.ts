/** The paths of Cohere's endpoints below whatever address users give: with and without version, or with another endpoint's. */
import type { Endpoint } from '../../spec/outbound.js';

export function coherePath({ basePath }: Endpoint, endpoint: 'chat' | 'embed' | 'rerank'): string {
  return `${basePath.replace(/\/v[12](?:\/(?:chat|embed|rerank))?$/, '')}/v2/${endpoint}`;
}
