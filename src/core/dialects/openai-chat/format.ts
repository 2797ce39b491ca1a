/** Writes hub answers as an OpenAI client reads them: one JSON body, or server-sent events closed by [DONE]. */
import type { ChatCompletion, ChatCompletionChunk } from '../../schema/openai/chat.js';
import { toChatUsage } from '../../schema/openai/chat-usage.js';
import type { AnswerFormat } from '../../spec/exchange.js';
import type { Usage } from '../../spec/usage.js';

const doneEvent = 'data: [DONE]\n\n';

export const openAiChatFormat: AnswerFormat<string, string> = {
  whole: (completion: ChatCompletion) => JSON.stringify(completion),
  part(chunks: readonly ChatCompletionChunk[]): string {
    let text = '';
    for (const chunk of chunks) text += event(chunk);
    return text;
  },
  tail(last: ChatCompletionChunk | undefined, usage: Usage | undefined): string {
    return last && usage ? event(usageChunk(last, usage)) + doneEvent : doneEvent;
  },
};

function event(chunk: ChatCompletionChunk): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** The chunk that OpenAI sends last where `stream_options.include_usage` is set: no choices, all of the usage. */
export function usageChunk(last: ChatCompletionChunk, usage: Usage): ChatCompletionChunk {
  const { id, created, model } = last;
  return { id, object: 'chat.completion.chunk', created, model, choices: [], usage: toChatUsage(usage) };
}
