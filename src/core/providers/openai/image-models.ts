/** OpenAI's image models answer in base64 always and refuse to be asked for it; only `dall-e` models know `response_format`. */
// https://platform.openai.com/docs/api-reference/images/create#images-create-response_format
import type { EndpointFacts } from '../openai-compatible/index.js';

const imageModel = /^(?:gpt-image|chatgpt-image)/;

export const imageModels: EndpointFacts = {
  request(body, { model }) {
    if (!imageModel.test(model) || body['response_format'] !== 'b64_json') return body;
    const { response_format: _always, ...rest } = body;
    return rest;
  },
};
