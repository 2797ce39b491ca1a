/** NVIDIA's retriever models must be told what a text is for; without a word it is taken for one that is searched. */
// https://docs.nvidia.com/nim/nemo-retriever/text-embedding/latest/reference.html
import type { EndpointFacts } from '../catalog-row.js';

export const retrieverEmbeddings: EndpointFacts = {
  request: (body) => (body['input_type'] === undefined ? { ...body, input_type: 'passage' } : body),
};
