/** Voyage AI: embeddings of texts, of chunks in their context and of pictures, each at an endpoint of its own, and rerank. */
import type { ProviderDefinition } from '../../spec/provider.js';
import type { CatalogRow } from '../openai-compatible/catalog-row.js';
import { createEmbeddingAdapter } from '../openai-compatible/endpoints/embeddings-adapter.js';
import { openAiCompatible } from '../openai-compatible/index.js';
import { plainDocuments } from '../openai-compatible/quirks/plain-documents.js';
import { embeddingPath, isContextual, toInputs } from './embedding-inputs.js';
import { parseContextual } from './parse-contextual.js';

const row: CatalogRow = {
  id: 'voyage',
  displayName: 'Voyage AI',
  docs: 'https://docs.voyageai.com/reference/embeddings-api',
  defaultBaseUrl: 'https://api.voyageai.com/v1',
  // Each host refuses the other's keys: https://www.mongodb.com/docs/voyageai/tutorials/migrate-to-atlas/
  locate: (_settings, configured, credentials) =>
    configured ?? (credentials?.apiKey?.startsWith('al-') ? 'https://ai.mongodb.com/v1' : undefined),
  env: { apiKey: ['VOYAGE_API_KEY', 'VOYAGE_AI_API_KEY', 'VOYAGE_AI_TOKEN'], baseUrl: ['VOYAGE_API_BASE'] },
  chat: false,
  serves: ['embeddings', 'rerank'],
  path: (endpointPath, { endpoint, model }) =>
    `${endpoint.basePath}${endpointPath === '/embeddings' ? embeddingPath(model) : endpointPath}`,
  endpoints: {
    embeddings: {
      renamed: { dimensions: 'output_dimension' },
      unsupported: ['encoding_format', 'user'],
      request: toInputs,
    },
    // https://docs.voyageai.com/reference/reranker-api
    rerank: {
      renamed: { top_n: 'top_k' },
      unsupported: ['max_chunks_per_doc', 'max_tokens_per_doc', 'rank_fields'],
      request: plainDocuments,
    },
  },
};

const texts = createEmbeddingAdapter(row);

export const voyage: ProviderDefinition = {
  ...openAiCompatible(row),
  embeddings: {
    ...texts,
    parseResponse: (response, call) =>
      isContextual(call.model) ? parseContextual(row.id, response, call) : texts.parseResponse(response, call),
  },
};
