/** Quirk: the reasoning text comes as `reasoning`, where clients of this API read `reasoning_content`. */
// https://openrouter.ai/docs/use-cases/reasoning-tokens , https://console.groq.com/docs/reasoning
import type { JsonObject, Quirk } from '../quirk.js';

export const reasoningField: Quirk = {
  name: 'reasoning-field',
  answer: (completion) => inChoices(completion, 'message'),
  chunk: (chunk) => inChoices(chunk, 'delta'),
};

function inChoices(body: JsonObject, holder: 'message' | 'delta'): JsonObject {
  const choices = body['choices'];
  if (!Array.isArray(choices)) return body;
  const renamed = choices.map((choice: unknown) => rename(choice, holder));
  return renamed.some((choice, index) => choice !== choices[index]) ? { ...body, choices: renamed } : body;
}

function rename(choice: unknown, holder: 'message' | 'delta'): unknown {
  const message = (choice as JsonObject | null)?.[holder] as JsonObject | null | undefined;
  if (typeof message?.['reasoning'] !== 'string' || message['reasoning_content'] !== undefined) return choice;
  const { reasoning, ...rest } = message;
  return { ...(choice as JsonObject), [holder]: { ...rest, reasoning_content: reasoning } };
}
