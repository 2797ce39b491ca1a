/** What whole messages and their streams have in common. */
import type { FinishReason, ThinkingBlock } from '../../schema/openai/chat.js';

const stopReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  function_call: 'tool_use',
  content_filter: 'refusal',
};

/** Anthropic's ids begin with `msg_`. */
export function messageId(id: string): string {
  return id.startsWith('msg_') ? id : `msg_${id.replace(/^chatcmpl-/, '').replace(/[^\w-]/g, '_')}`;
}

export function stopReasonOf(finish: FinishReason | null): string | null {
  return finish === null ? null : stopReasons[finish];
}

export function toThinking(block: ThinkingBlock): Record<string, unknown> {
  if (block.type === 'redacted_thinking') return { type: 'redacted_thinking', data: block.data };
  return { type: 'thinking', thinking: block.thinking, signature: block.signature ?? '' };
}
