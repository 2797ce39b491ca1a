/** What a deployment is, which its own name need not tell: the parameters of reasoning models follow from it. */
import { reasoningParams } from '../openai/reasoning-model-params.js';
import type { Quirk, RequestTarget } from '../openai-compatible/index.js';

/** OpenAI's name of the model behind a deployment, as far as it is known. */
export function modelBehind({ model, parameters }: RequestTarget): string {
  if (model.startsWith('o_series/')) return 'o1';
  if (model.startsWith('gpt5_series/')) return 'gpt-5';
  const { base_model: base } = parameters.provider;
  return typeof base === 'string'
    ? base.replace(/^(?:azure|openai)\/(?:(?:eu|us|global|global-standard)\/)?/, '')
    : model;
}

export const azureReasoningParams: Quirk = reasoningParams(modelBehind);
