/** Parameters that Converse has no words for, as the fields that each family of models reads beside it. */
import type { ChatCompletionRequest } from '../../../schema/openai/chat.js';
import { thinkingBudgets } from '../../anthropic/build-request.js';
import { modelTraits } from '../../anthropic/model-traits.js';
import type { ModelId } from '../model-id.js';
import { refuse } from '../provider-id.js';
import type { FamilyTraits } from './model-family.js';
import type { JsonObject, Turn } from './wire.js';

const smallestBudgetTokens = 1024;
const novaEfforts = new Map(
  Object.entries({ minimal: 'low', low: 'low', medium: 'medium', high: 'high', xhigh: 'high', max: 'high' }),
);

export interface Reasoning {
  readonly fields: JsonObject;
  /** For Converse's `outputConfig`. */
  readonly effort?: string;
  readonly isThinking: boolean;
  /** Tokens that `max_tokens` must hold besides the answer. */
  readonly budgetTokens: number;
}

const none: Reasoning = { fields: {}, isThinking: false, budgetTokens: 0 };

/** `thinking` as the client gave it, or what `reasoning_effort` means for the family. */
export function buildReasoning(
  body: ChatCompletionRequest,
  model: ModelId,
  traits: FamilyTraits,
  turns: readonly Turn[],
  maxTokens: number | undefined,
): Reasoning {
  const given = body['thinking'] as { readonly type?: unknown; readonly budget_tokens?: unknown } | null | undefined;
  const effort = body.reasoning_effort ?? undefined;
  if (given) {
    const budget = given.type === 'enabled' && typeof given.budget_tokens === 'number' ? given.budget_tokens : 0;
    return { fields: { thinking: given }, isThinking: given.type !== 'disabled', budgetTokens: budget };
  }
  if (effort === undefined || !traits.reasoningEffort) return none;
  if (traits.nova) return novaReasoning(effort);
  if (!traits.claude) return { ...none, fields: { reasoning_effort: effort } };
  return effort === 'none' ? none : claudeThinking(effort, model.name, turns, maxTokens);
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html */
function claudeThinking(
  effort: string,
  name: string,
  turns: readonly Turn[],
  maxTokens: number | undefined,
): Reasoning {
  const budget =
    thinkingBudgets.get(effort) ??
    refuse('reasoning_effort', `is not one of none, ${[...thinkingBudgets.keys()].join(', ')}`);
  const { adaptiveThinking, sampling } = modelTraits(name);
  if (adaptiveThinking) {
    // From Claude 4.7 on the reasoning is left out of the answer unless it is asked for.
    const thinking = { type: 'adaptive', ...(!sampling && { display: 'summarized' }) };
    const level = effort === 'minimal' ? 'low' : effort === 'xhigh' && sampling ? 'max' : effort;
    return { fields: { thinking }, effort: level, isThinking: true, budgetTokens: 0 };
  }
  // The budget is part of max_tokens, and must leave room for the answer.
  const room = Math.min(budget, (maxTokens ?? Infinity) - 1);
  if (room < smallestBudgetTokens || lostItsThinking(turns)) return none;
  return { fields: { thinking: { type: 'enabled', budget_tokens: room } }, isThinking: true, budgetTokens: room };
}

/** With a budget, Claude refuses a turn with tool calls whose thinking the client did not send back. */
function lostItsThinking(turns: readonly Turn[]): boolean {
  const { content } = turns.findLast(({ role }) => role === 'assistant') ?? { content: [] };
  const [first] = content;
  return !(first && 'reasoningContent' in first) && content.some((block) => 'toolUse' in block);
}

/** https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html */
function novaReasoning(effort: string): Reasoning {
  if (effort === 'none') return { ...none, fields: { reasoningConfig: { type: 'disabled' } } };
  const level =
    novaEfforts.get(effort) ?? refuse('reasoning_effort', `is not one of none, ${[...novaEfforts.keys()].join(', ')}`);
  return {
    fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: level } },
    isThinking: true,
    budgetTokens: 0,
  };
}

/** A maker's own name for `top_k`. https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html */
export function topKFields(topK: unknown, { maker }: ModelId, traits: FamilyTraits): JsonObject {
  if (topK === null || topK === undefined) return {};
  if (traits.nova) return { inferenceConfig: { topK } };
  return maker === 'cohere' ? { k: topK } : { top_k: topK };
}
