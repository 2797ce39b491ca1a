/** Those who serve vectors and rerank, and no chat. */
import type { CatalogRow } from '../catalog-row.js';

export const vectorServices: readonly CatalogRow[] = [
  {
    id: 'infinity',
    displayName: 'Infinity',
    docs: 'https://michaelfeil.eu/infinity/latest/',
    defaultBaseUrl: 'http://localhost:7997',
    env: { apiKey: ['INFINITY_API_KEY'], baseUrl: ['INFINITY_API_BASE'] },
    needsApiKey: false,
    chat: false,
    serves: ['embeddings', 'rerank'],
  },
  {
    id: 'jina_ai',
    displayName: 'Jina AI',
    docs: 'https://jina.ai/embeddings/',
    defaultBaseUrl: 'https://api.jina.ai/v1',
    env: { apiKey: ['JINA_AI_API_KEY', 'JINA_API_KEY', 'JINA_AI_TOKEN'], baseUrl: ['JINA_AI_API_BASE'] },
    chat: false,
    serves: ['embeddings', 'rerank'],
    endpoints: { embeddings: { renamed: { encoding_format: 'embedding_type' }, unsupported: ['user'] } },
  },
  {
    id: 'mixedbread',
    displayName: 'Mixedbread',
    docs: 'https://www.mixedbread.com/api-reference',
    defaultBaseUrl: 'https://api.mixedbread.com/v1',
    env: { apiKey: ['MIXEDBREAD_API_KEY', 'MXBAI_API_KEY'], baseUrl: ['MIXEDBREAD_API_BASE'] },
    chat: false,
    serves: ['embeddings'],
  },
  {
    id: 'voyage',
    displayName: 'Voyage AI',
    docs: 'https://docs.voyageai.com/reference/embeddings-api',
    defaultBaseUrl: 'https://api.voyageai.com/v1',
    env: { apiKey: ['VOYAGE_API_KEY'], baseUrl: ['VOYAGE_API_BASE'] },
    chat: false,
    serves: ['embeddings', 'rerank'],
    endpoints: {
      embeddings: { renamed: { dimensions: 'output_dimension' }, unsupported: ['encoding_format', 'user'] },
      rerank: { renamed: { top_n: 'top_k' } },
    },
  },
];
