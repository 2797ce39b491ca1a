/** Quirk: how much a model reasons is `reasoning_effort` for the newer models and a mode of the prompt for Magistral. */
// https://docs.mistral.ai/capabilities/reasoning
import type { Quirk } from '../openai-compatible/index.js';

const magistral = /^magistral/;

export const reasoningParams: Quirk = {
  name: 'reasoning-params',
  request(body, { model }) {
    const { thinking, reasoning_effort: asked, ...rest } = body;
    const effort = asked ?? effortOf(thinking);
    if (effort === undefined || effort === null) return thinking === undefined ? body : rest;
    if (!magistral.test(model)) return { ...rest, reasoning_effort: effort };
    return effort === 'none' || rest['prompt_mode'] !== undefined ? rest : { ...rest, prompt_mode: 'reasoning' };
  },
};

/** Anthropic's parameter, which clients send to every model. */
function effortOf(thinking: unknown): string | undefined {
  const { type } = Object(thinking) as { type?: unknown };
  if (type === undefined) return undefined;
  return type === 'disabled' ? 'none' : 'high';
}
