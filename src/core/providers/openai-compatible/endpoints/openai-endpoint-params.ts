/** The parameters that OpenAI's endpoints besides chat define. */
import type { ParameterVocabulary } from '../apply-parameter-policy.js';

const vocabulary = (frame: readonly string[], params: readonly string[]): ParameterVocabulary => ({
  frame: new Set(['model', ...frame]),
  params: new Set(params),
});

/** https://platform.openai.com/docs/api-reference/embeddings/create */
export const embeddingVocabulary = vocabulary(['input'], ['dimensions', 'encoding_format', 'user']);

/** https://platform.openai.com/docs/api-reference/images/create and /createEdit */
export const imageVocabulary = vocabulary(
  ['prompt', 'image', 'mask'],
  [
    'background',
    'input_fidelity',
    'moderation',
    'n',
    'output_compression',
    'output_format',
    'partial_images',
    'quality',
    'response_format',
    'safety_identifier',
    'size',
    'stream',
    'style',
    'user',
  ],
);

/** https://platform.openai.com/docs/api-reference/audio/createTranscription */
export const transcriptionVocabulary = vocabulary(
  ['file', 'translate'],
  [
    'chunking_strategy',
    'include',
    'known_speaker_names',
    'known_speaker_references',
    'language',
    'prompt',
    'response_format',
    'stream',
    'temperature',
    'timestamp_granularities',
  ],
);

/** https://platform.openai.com/docs/api-reference/audio/createSpeech */
export const speechVocabulary = vocabulary(
  ['input', 'voice'],
  ['instructions', 'response_format', 'speed', 'stream_format'],
);

/** https://docs.cohere.com/reference/rerank */
export const rerankVocabulary = vocabulary(
  ['query', 'documents'],
  ['max_chunks_per_doc', 'max_tokens_per_doc', 'rank_fields', 'return_documents', 'top_n'],
);

/** https://platform.openai.com/docs/api-reference/moderations/create */
export const moderationVocabulary = vocabulary(['input'], []);
