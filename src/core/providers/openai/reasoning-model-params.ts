/** Quirk: OpenAI's reasoning models take `max_completion_tokens` instead of `max_tokens`, and no sampling parameters. */
// https://platform.openai.com/docs/guides/reasoning , https://platform.openai.com/docs/guides/latest-model
import type { JsonObject, Quirk, RequestTarget } from '../openai-compatible/index.js';

const reasoningModel = /^(?:o\d|gpt-5(?!-chat))/;
/** From gpt-5.1 on the sampling parameters are taken again where no reasoning is asked for, so those models judge for themselves. */
const neverSamples = /^(?:o\d|gpt-5(?:$|-(?!chat)))/;
const samplingParams = ['frequency_penalty', 'logit_bias', 'logprobs', 'presence_penalty', 'top_logprobs', 'top_p'];

export const reasoningModelParams: Quirk = reasoningParams(({ model }) => model);

/** @param modelOf OpenAI's name of the model, for hosts whose users name it themselves */
export function reasoningParams(modelOf: (call: RequestTarget) => string): Quirk {
  return { name: 'reasoning-model-params', request: (body, call) => withParams(body, call, modelOf(call)) };
}

function withParams(body: JsonObject, call: RequestTarget, model: string): JsonObject {
  if (!reasoningModel.test(model)) return body;
  let changed = body;
  if (changed['max_tokens'] != null) {
    const { max_tokens: maxTokens, ...rest } = changed;
    changed = { ...rest, max_completion_tokens: rest['max_completion_tokens'] ?? maxTokens };
  }
  // Without `drop_params` OpenAI's own refusal, which names the parameter, is what the client should read.
  if (call.parameters.dropUnsupported && neverSamples.test(model)) {
    const refused = samplingParams.filter(
      (name) => changed[name] != null && !call.parameters.alsoAllowed.includes(name),
    );
    if (changed['temperature'] != null && changed['temperature'] !== 1) refused.push('temperature');
    if (refused.length > 0) {
      changed = Object.fromEntries(Object.entries(changed).filter(([name]) => !refused.includes(name)));
    }
  }
  return changed;
}
