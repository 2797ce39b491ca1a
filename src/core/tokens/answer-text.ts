/** The text of an answer, as far as a provider bills it. */
import type { ChatChunkChoice, ChatCompletionChunk } from '../schema/openai/chat.js';

/**
 * All text that chunks carry and a provider bills: content, refusals, reasoning, and tool calls' names and arguments. A
 * choice without a delta is that of a text completion.
 */
export function answerText(chunks: readonly ChatCompletionChunk[]): string {
  return chunks
    .flatMap((chunk) => chunk.choices)
    .flatMap(({ delta, text }: Partial<ChatChunkChoice> & { readonly text?: unknown }) => [
      ...(typeof text === 'string' ? [text] : []),
      delta?.content,
      delta?.refusal,
      delta?.reasoning_content,
      ...(delta?.tool_calls ?? []).flatMap((call) => [call.function?.name, call.function?.arguments]),
    ])
    .join('');
}
