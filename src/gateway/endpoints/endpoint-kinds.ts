/** The endpoints that answer in one piece, each in terms of the contract that providers implement. */
import {
  parseEmbeddingRequest,
  parseImageRequest,
  parseModerationRequest,
  parseRerankRequest,
  parseSpeechRequest,
} from '../../core/dialects/endpoint-requests.js';
import { readEndpointOperation } from './endpoint-operation.js';

const noOutput = { none: true };

function asJson(answer: unknown): { answer: string } {
  return { answer: JSON.stringify(answer) };
}

export const readEmbeddings = readEndpointOperation({
  callType: 'aembedding',
  name: 'embeddings',
  parse: parseEmbeddingRequest,
  adapterOf: (provider) => provider.embeddings,
  output: () => noOutput,
  format: asJson,
});

export const readRerank = readEndpointOperation({
  callType: 'arerank',
  name: 'rerank',
  parse: parseRerankRequest,
  adapterOf: (provider) => provider.rerank,
  output: () => noOutput,
  format: asJson,
});

export const readImageGeneration = readEndpointOperation({
  callType: 'aimage_generation',
  name: 'images',
  parse: parseImageRequest,
  adapterOf: (provider) => provider.images,
  output: ({ n }) => ({ answers: n }),
  format: asJson,
});

export const readModeration = readEndpointOperation({
  callType: 'amoderation',
  name: 'moderations',
  parse: parseModerationRequest,
  adapterOf: (provider) => provider.moderations,
  output: () => noOutput,
  format: asJson,
});

export const readSpeech = readEndpointOperation({
  callType: 'aspeech',
  name: 'speech',
  parse: parseSpeechRequest,
  adapterOf: (provider) => provider.speech,
  output: () => noOutput,
  format: ({ bytes, contentType }) => ({
    answer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    contentType,
  }),
});
