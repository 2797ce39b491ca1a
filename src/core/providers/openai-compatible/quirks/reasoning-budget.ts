/** Quirk: what others call `thinking` is `reasoning` here, with the budget as `max_tokens`. */
// https://openrouter.ai/docs/use-cases/reasoning-tokens , https://vercel.com/docs/ai-gateway/openai-compat/advanced
import type { Quirk } from '../quirk.js';

export const reasoningBudget: Quirk = {
  name: 'reasoning-budget',
  request(body) {
    const { thinking, ...rest } = body;
    if (thinking == null || body['reasoning'] !== undefined) return body;
    const { type, budget_tokens: budget } = Object(thinking) as { type?: unknown; budget_tokens?: unknown };
    if (type === 'disabled') return { ...rest, reasoning: { enabled: false } };
    return { ...rest, reasoning: typeof budget === 'number' ? { max_tokens: budget } : { enabled: true } };
  },
};
