/** The text of an answer, as far as a provider bills it. */
import type { ChatCompletionChunk } from '../schema/openai/chat.js';

/** All text that chunks carry and a provider bills: content, refusals, reasoning, and tool calls' names and arguments. */
export function answerText(chunks: readonly ChatCompletionChunk[]): string {
  return chunks
    .flatMap((chunk) => chunk.choices)
    .flatMap(({ delta }) => [
      delta.content,
      delta.refusal,
      delta.reasoning_content,
      ...(delta.tool_calls ?? []).flatMap((call) => [call.function?.name, call.function?.arguments]),
    ])
    .join('');
}
