/** Models of Vertex AI that speak OpenAI's dialect: open models, deployed endpoints, Mistral's and AI21's. */
import type { ChatAdapter, ChatCall } from '../../spec/chat-adapter.js';
import type { EmbeddingAdapter } from '../../spec/endpoint-adapter.js';
import { createChatAdapter } from '../openai-compatible/chat-adapter.js';
import { createEmbeddingAdapter } from '../openai-compatible/endpoints/embeddings-adapter.js';
import type { CatalogRow, Quirk } from '../openai-compatible/index.js';
import { RequestBuilder } from '../openai-compatible/request-builder.js';
import { methodPath, openAiPath } from './address.js';
import { readModel } from './model-family.js';
import { providerId } from './provider-id.js';

const base = { id: providerId, displayName: 'Vertex AI', env: { apiKey: [] } };

const openRow: CatalogRow = {
  ...base,
  docs: 'https://cloud.google.com/vertex-ai/generative-ai/docs/maas/call-open-model-apis',
  serves: ['embeddings'],
};

/** Mistral's word for a forced tool call: https://docs.mistral.ai/api/#tag/chat */
const anyTool: Quirk = {
  name: 'tool-choice-any',
  request: (body) => (body['tool_choice'] === 'required' ? { ...body, tool_choice: 'any' } : body),
};

/** https://docs.mistral.ai/deployment/cloud/vertex/ and https://docs.mistral.ai/api/#tag/chat */
const mistralRow: CatalogRow = {
  ...base,
  docs: 'https://docs.mistral.ai/deployment/cloud/vertex/',
  unsupported: [
    ...['logprobs', 'top_logprobs', 'logit_bias', 'user', 'store', 'metadata', 'service_tier', 'functions'],
    ...['function_call', 'reasoning_effort', 'modalities', 'audio', 'verbosity', 'web_search_options'],
    ...['prompt_cache_key', 'prompt_cache_retention', 'safety_identifier'],
  ],
  renamed: { max_completion_tokens: 'max_tokens', seed: 'random_seed' },
  asksForStreamUsage: false,
  quirks: [anyTool],
};

/** https://docs.ai21.com/reference/jamba-1-6-api-ref and https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/ai21 */
const ai21Row: CatalogRow = {
  ...base,
  docs: 'https://docs.ai21.com/reference/jamba-1-6-api-ref',
  unsupported: [
    ...['logprobs', 'top_logprobs', 'logit_bias', 'user', 'store', 'metadata', 'service_tier', 'functions'],
    ...['function_call', 'reasoning_effort', 'modalities', 'audio', 'verbosity', 'web_search_options', 'seed'],
    ...['prompt_cache_key', 'prompt_cache_retention', 'safety_identifier', 'prediction', 'parallel_tool_calls'],
    ...['frequency_penalty', 'presence_penalty'],
  ],
  renamed: { max_completion_tokens: 'max_tokens' },
  asksForStreamUsage: false,
};

export const openModels = withAddress(openRow, ({ endpoint, model }) =>
  openAiPath(endpoint.basePath, readModel(model).resource, '/chat/completions'),
);
export const mistral = withAddress(mistralRow, rawPredictPath);
export const ai21 = withAddress(ai21Row, rawPredictPath);

const openEmbeddingRequests = createEmbeddingAdapter(openRow);

export const openEmbeddings: EmbeddingAdapter = {
  ...openEmbeddingRequests,
  buildRequest(call) {
    const { resource, wireModel = '' } = readModel(call.model);
    const request = openEmbeddingRequests.buildRequest({ ...call, model: wireModel });
    return { ...request, path: openAiPath(call.endpoint.basePath, resource, '/embeddings') };
  },
};

function rawPredictPath({ endpoint, model, stream }: ChatCall): string {
  return methodPath(endpoint.basePath, readModel(model).resource, stream ? 'streamRawPredict' : 'rawPredict');
}

/** The engine's adapter at Vertex AI's address; a deployed endpoint serves one model, and takes an empty name for it. */
function withAddress(row: CatalogRow, path: (call: ChatCall) => string): ChatAdapter {
  const adapter = createChatAdapter(row, new RequestBuilder(row));
  return {
    ...adapter,
    buildRequest(call) {
      const { wireModel = '' } = readModel(call.model);
      return { ...adapter.buildRequest({ ...call, model: wireModel }), path: path(call) };
    },
  };
}
