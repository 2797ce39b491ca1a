/** Fireworks names its own models by their whole path; the last step alone stands for one of them. */
// https://docs.fireworks.ai/tools-sdks/openai-compatibility
import type { JsonObject, RequestTarget } from '../quirk.js';

/** Paths and deployments (`model#deployment`) stay as they are. */
export function fireworksModel({ model }: RequestTarget): JsonObject {
  return { model: /[/#]/.test(model) ? model : `accounts/fireworks/models/${model}` };
}
