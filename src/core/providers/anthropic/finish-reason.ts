/** Anthropic's stop reasons in OpenAI's words. */
import type { FinishReason } from '../../schema/openai/chat.js';

const reasons = new Map<string, FinishReason>(
  Object.entries({
    end_turn: 'stop',
    stop_sequence: 'stop',
    pause_turn: 'stop',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    tool_use: 'tool_calls',
    refusal: 'content_filter',
  }),
);

/** Null where the answer names no reason; `stop` for one that is not known yet. */
export function finishReason(stopReason: string | null | undefined, calledTools: boolean): FinishReason | null {
  if (!stopReason) return null;
  const reason = reasons.get(stopReason) ?? 'stop';
  // A call of the JSON tool alone is an answer: the client has nothing to run.
  return reason === 'tool_calls' && !calledTools ? 'stop' : reason;
}
