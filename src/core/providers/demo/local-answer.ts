/** Makes a whole chat answer of a text that the process itself has thought of. */
import type { ChatCall, ParsedChatResponse } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';

export function localAnswer(call: ChatCall, content: string, usage: Usage): ParsedChatResponse {
  return {
    completion: {
      id: call.responseId,
      object: 'chat.completion',
      created: call.created,
      model: call.model,
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: usage.promptTokens,
        completion_tokens: usage.completionTokens,
        total_tokens: usage.promptTokens + usage.completionTokens,
      },
    },
    usage,
  };
}
