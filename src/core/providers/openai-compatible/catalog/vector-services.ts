/** Those who serve vectors and rerank, and no chat. */
import type { CatalogRow } from '../catalog-row.js';
import { plainDocuments } from '../quirks/plain-documents.js';

/** Parameters of a rerank that the others have not copied. */
const coheresOwn = ['max_chunks_per_doc', 'max_tokens_per_doc', 'rank_fields'];

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
    endpoints: { rerank: { unsupported: coheresOwn, request: plainDocuments } },
  },
  {
    id: 'jina_ai',
    displayName: 'Jina AI',
    docs: 'https://jina.ai/embeddings/',
    defaultBaseUrl: 'https://api.jina.ai/v1',
    env: { apiKey: ['JINA_AI_API_KEY', 'JINA_API_KEY', 'JINA_AI_TOKEN'], baseUrl: ['JINA_AI_API_BASE'] },
    chat: false,
    serves: ['embeddings', 'rerank'],
    endpoints: {
      embeddings: { renamed: { encoding_format: 'embedding_type' }, unsupported: ['user'] },
      rerank: { unsupported: coheresOwn },
    },
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
];
