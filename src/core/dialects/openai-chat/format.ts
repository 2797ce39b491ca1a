/** Writes hub answers as an OpenAI client reads them: one JSON body, or server-sent events closed by [DONE]. */
import type { ChatCompletion, ChatCompletionChunk, ChatUsage } from '../../schema/openai/chat.js';
import type { AnswerFormat } from '../../spec/exchange.js';
import type { Usage } from '../../spec/usage.js';

const doneEvent = 'data: [DONE]\n\n';

export const openAiChatFormat: AnswerFormat<string, string> = {
  nativeDialect: 'openai-chat',
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

export function toChatUsage(usage: Usage): ChatUsage {
  const created = (usage.cacheCreationTokens ?? 0) + (usage.cacheCreation1hTokens ?? 0);
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    ...(usage.cachedTokens === undefined && usage.audioPromptTokens === undefined
      ? {}
      : {
          prompt_tokens_details: { cached_tokens: usage.cachedTokens ?? 0, audio_tokens: usage.audioPromptTokens ?? 0 },
        }),
    ...(usage.reasoningTokens === undefined && usage.audioCompletionTokens === undefined
      ? {}
      : {
          completion_tokens_details: {
            reasoning_tokens: usage.reasoningTokens ?? 0,
            audio_tokens: usage.audioCompletionTokens ?? 0,
          },
        }),
    ...(created > 0 ? { cache_creation_input_tokens: created } : {}),
    ...(created > 0 || usage.cachedTokens ? { cache_read_input_tokens: usage.cachedTokens ?? 0 } : {}),
  };
}
