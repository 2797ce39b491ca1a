/** Titan and Nova take one input in a request, Cohere takes a list. */
import type { EmbeddingRequest } from '../../schema/openai/embeddings.js';
import { plainParameters } from '../../spec/parameters.js';
import { embeddings } from './embeddings.js';

const call = (model: string, input: EmbeddingRequest['input']) => ({
  body: { model: 'ours', input },
  model,
  endpoint: { origin: 'https://bedrock-runtime.us-east-1.amazonaws.com', basePath: '' },
  parameters: plainParameters,
  created: 0,
  responseId: 'r',
});

it.each([
  ['amazon.titan-embed-text-v2:0', ['a', 'b'], ['a', 'b']],
  ['amazon.nova-2-multimodal-embeddings-v1:0', ['a', 'b'], ['a', 'b']],
  ['amazon.titan-embed-text-v2:0', 'a', ['a']],
  ['cohere.embed-v4:0', ['a', 'b'], [['a', 'b']]],
])('%s is asked for %j in pieces', (model, input, pieces) => {
  expect(embeddings.pieces?.split(call(model, input)).map(({ body }) => body.input)).toEqual(pieces);
});
