import type {
  ContextualizedEmbedRequest,
  EmbedRequest,
  MultimodalEmbedRequest,
  RerankRequest,
} from 'voyageai/serialization';
import { plainParameters } from '../../spec/parameters.js';
import { voyage } from './index.js';

const target = {
  endpoint: { origin: 'https://api.voyageai.com', basePath: '/v1' },
  parameters: plainParameters,
  created: 0,
  responseId: 'r',
};

function sent(model: string, body: object, endpoint: 'embeddings' | 'rerank' = 'embeddings'): unknown {
  const call = { ...target, model, body: { model: 'ours', ...body } };
  const request = voyage[endpoint]?.buildRequest(call as never);
  return JSON.parse(String(request?.body));
}

/** In the types of Voyage's own SDK. */
const texts: EmbedRequest.Raw = { model: 'voyage-3.5', input: ['a', 'b'], output_dimension: 256, input_type: 'query' };
const chunks: ContextualizedEmbedRequest.Raw = { model: 'voyage-context-3', inputs: [['a', 'b']] };
const pictures: MultimodalEmbedRequest.Raw = {
  model: 'voyage-multimodal-3.5',
  inputs: [
    {
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: 'https://example.com/a.png' },
      ],
    },
  ],
};
const order: RerankRequest.Raw = { model: 'rerank-2.5', query: 'q', documents: ['a', 'b'], top_k: 1 };

it("sends what Voyage's own SDK has types for, and nothing else", () => {
  expect(sent('voyage-3.5', { input: ['a', 'b'], dimensions: 256, input_type: 'query' })).toEqual(texts);
  expect(sent('voyage-context-3', { input: [['a', 'b']] })).toEqual(chunks);
  const parts = [
    { type: 'text', text: 'Look' },
    { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
  ];
  expect(sent('voyage-multimodal-3.5', { input: [{ content: parts }] })).toEqual(pictures);
  expect(sent('rerank-2.5', { query: 'q', documents: ['a', 'b'], top_n: 1 }, 'rerank')).toEqual(order);
});
