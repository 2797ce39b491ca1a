/** The adapters of the endpoints besides chat that a row says it serves. */
import type { ProviderDefinition } from '../../../spec/provider.js';
import type { CatalogRow, RowEndpoint } from '../catalog-row.js';
import { createEmbeddingAdapter } from './embeddings-adapter.js';
import { createImageAdapter } from './images-adapter.js';
import { createModerationAdapter } from './moderations-adapter.js';
import { createRerankAdapter } from './rerank-adapter.js';
import { createSpeechAdapter } from './speech-adapter.js';
import { createTranscriptionAdapter } from './transcription-adapter.js';

export function endpointsOf(row: CatalogRow): Pick<ProviderDefinition, RowEndpoint> {
  const serves = (endpoint: RowEndpoint): boolean => row.serves?.includes(endpoint) ?? false;
  return {
    ...(serves('embeddings') && { embeddings: createEmbeddingAdapter(row) }),
    ...(serves('images') && { images: createImageAdapter(row) }),
    ...(serves('transcription') && { transcription: createTranscriptionAdapter(row) }),
    ...(serves('speech') && { speech: createSpeechAdapter(row) }),
    ...(serves('rerank') && { rerank: createRerankAdapter(row) }),
    ...(serves('moderations') && { moderations: createModerationAdapter(row) }),
  };
}
