/** Quirk: the temperature ends lower than OpenAI's; a higher one is taken for the highest. */
// https://platform.moonshot.ai/docs/guide/migrating-from-openai-to-kimi , https://docs.z.ai/api-reference/llm/chat-completion
import type { Quirk } from '../quirk.js';

export function temperatureUpTo(highest: number): Quirk {
  return {
    name: `temperature-up-to-${highest}`,
    request(body) {
      const { temperature } = body;
      return typeof temperature === 'number' && temperature > highest ? { ...body, temperature: highest } : body;
    },
  };
}
