/** Quirk: Claude is told how much to think in tokens, where OpenAI's parameter has a word; other models take the word. */
// https://docs.databricks.com/aws/en/machine-learning/model-serving/query-reason-models
import type { Quirk } from '../openai-compatible/index.js';

const budgets: ReadonlyMap<unknown, number> = new Map(
  Object.entries({ minimal: 1024, low: 1024, medium: 2048, high: 4096, xhigh: 8192, max: 16384 }),
);
/** What is left for the answer where the client sets no limit. */
const answerTokens = 4096;

export const claudeThinking: Quirk = {
  name: 'claude-thinking',
  request(body, { model }) {
    if (!model.includes('claude')) return body;
    const { reasoning_effort: effort, ...rest } = body;
    if (effort === undefined) return body;
    const budget = budgets.get(effort);
    if (rest['thinking'] !== undefined || budget === undefined) return rest;
    // The budget is a part of `max_tokens`, which must be larger.
    const most = rest['max_tokens'];
    const maxTokens = typeof most === 'number' ? Math.max(most, budget + 1) : budget + answerTokens;
    return { ...rest, thinking: { type: 'enabled', budget_tokens: budget }, max_tokens: maxTokens };
  },
};
