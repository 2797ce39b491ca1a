/** Writes hub answers as Anthropic's clients read them: one message, or its events in the documented order. */
import type { AnswerFormat } from '../../spec/exchange.js';
import type { Usage } from '../../spec/usage.js';
import { parseToolArguments } from '../../schema/openai/tool-arguments.js';
import type { AssistantMessage, ChatCompletion, ChatCompletionChunk, ChatUsage } from '../../schema/openai/chat.js';
import { messageId, stopReasonOf, toThinking } from './message-parts.js';
import { MessagesEvents } from './messages-events.js';

export interface MessagesUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
}

/** One answer; a stream's events depend on those before, so each answer has a format of its own. */
export class MessagesFormat implements AnswerFormat<string, string> {
  readonly needsUsage = true;
  private readonly events = new MessagesEvents();

  whole(completion: ChatCompletion): string {
    return JSON.stringify(toMessage(completion));
  }

  part(chunks: readonly ChatCompletionChunk[]): string {
    let text = '';
    for (const chunk of chunks) text += this.events.of(chunk);
    return text;
  }

  tail(_last: ChatCompletionChunk | undefined, usage: Usage | undefined): string {
    return this.events.end(usage);
  }
}

export function toMessage(completion: ChatCompletion): Record<string, unknown> {
  const [choice] = completion.choices;
  const content = choice ? toContent(choice.message) : [];
  return {
    id: messageId(completion.id),
    type: 'message',
    role: 'assistant',
    model: completion.model,
    content,
    stop_reason: stopReasonOf(choice?.finish_reason ?? null),
    stop_sequence: null,
    usage: toMessagesUsage(completion.usage),
  };
}

function toContent(message: AssistantMessage): unknown[] {
  const { content, refusal, reasoning_content: reasoning, thinking_blocks: thinking, tool_calls: calls } = message;
  const blocks: unknown[] = [];
  if (thinking?.length) blocks.push(...thinking.map(toThinking));
  else if (reasoning) blocks.push({ type: 'thinking', thinking: reasoning, signature: '' });
  const text = content ?? refusal;
  if (typeof text === 'string' && text !== '') blocks.push({ type: 'text', text });
  for (const { id, function: called } of calls ?? []) {
    blocks.push({ type: 'tool_use', id, name: called.name, input: parseToolArguments(called.arguments) ?? {} });
  }
  return blocks;
}

/** Anthropic counts cached tokens beside the input, the hub as a part of it. */
function toMessagesUsage(usage: ChatUsage | null | undefined): MessagesUsage {
  const created = usage?.cache_creation_input_tokens ?? 0;
  const read = usage?.prompt_tokens_details?.cached_tokens ?? usage?.cache_read_input_tokens ?? 0;
  return {
    input_tokens: Math.max(0, (usage?.prompt_tokens ?? 0) - created - read),
    output_tokens: usage?.completion_tokens ?? 0,
    cache_creation_input_tokens: created,
    cache_read_input_tokens: read,
  };
}
