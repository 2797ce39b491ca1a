/** Quirks of the Azure AI Model Inference API. */
// https://learn.microsoft.com/en-us/rest/api/aifoundry/model-inference/get-chat-completions/get-chat-completions
import type { JsonObject, Quirk } from '../openai-compatible/index.js';
import { developerAsSystem } from '../openai-compatible/quirks/developer-as-system.js';
import { isInference } from './address.js';

/** Parameters that it does not define reach the model all the same. */
export const extraParameters: Quirk = {
  name: 'extra-parameters',
  headers: (call) => (isInference(call) ? { 'extra-parameters': 'pass-through' } : undefined),
};

const openAiModel = /^(?:o\d|gpt-[5-9])/;

/** It knows `max_tokens` and system messages; OpenAI's newer models behind it know what OpenAI knows. */
export const inferenceNames: Quirk = {
  name: 'inference-names',
  request(body, call) {
    if (!isInference(call) || openAiModel.test(call.model)) return body;
    return developerAsSystem.request(withMaxTokens(body));
  },
};

function withMaxTokens(body: JsonObject): JsonObject {
  if (body['max_completion_tokens'] == null) return body;
  const { max_completion_tokens: maxTokens, ...rest } = body;
  return { ...rest, max_tokens: rest['max_tokens'] ?? maxTokens };
}
