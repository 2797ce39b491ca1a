/** Maps the finish reasons that OpenAI does not define to the ones that typed clients know. */
import type { FinishReason } from '../../schema/openai/chat.js';

const aliases: Readonly<Record<string, FinishReason>> = {
  eos: 'stop',
  eos_token: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool_calls',
};

/** The choice itself where its finish reason needs no mapping. */
export function normaliseFinishReason<Choice extends { readonly finish_reason: FinishReason | null }>(
  choice: Choice,
): Choice {
  const known = aliases[choice.finish_reason ?? ''];
  return known ? { ...choice, finish_reason: known } : choice;
}
