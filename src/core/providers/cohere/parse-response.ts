/** A whole answer of Cohere's as a chat completion. */
import type { CohereAnswer, CohereToolCall } from '../../schema/cohere.js';
import type { AssistantMessage, ToolCall } from '../../schema/openai/chat.js';
import { wantsFunctionCall } from '../../schema/openai/tool-names.js';
import type { ChatCall, ParsedChatResponse } from '../../spec/chat-adapter.js';
import type { InboundResponse } from '../../spec/outbound.js';
import { invalidAnswer, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { toAnnotations, toFinishReason, toLogprobs, toUsage } from './answer-parts.js';

export function parseResponse(response: InboundResponse, call: ChatCall, provider: string): ParsedChatResponse {
  const answer = readJsonAnswer(response.body, provider) as CohereAnswer;
  const { message } = answer;
  if (!message) throw invalidAnswer(provider, 'an answer without a message');
  const finish = toFinishReason(answer.finish_reason, undefined, provider);
  const legacy = wantsFunctionCall(call.body);
  const logprobs = toLogprobs(answer.logprobs);
  return {
    completion: {
      id: answer.id ?? call.responseId,
      object: 'chat.completion',
      created: call.created,
      model: call.model,
      choices: [
        {
          index: 0,
          message: toMessage(message, legacy),
          finish_reason: finish === 'tool_calls' && legacy ? 'function_call' : finish,
          ...(logprobs && { logprobs }),
        },
      ],
    },
    usage: toUsage(answer.usage),
  };
}

function toMessage(message: NonNullable<CohereAnswer['message']>, legacy: boolean): AssistantMessage {
  const content = message.content ?? [];
  const calls = (message.tool_calls ?? []).map(toToolCall);
  const citations = message.citations ?? [];
  const text = content.map((part) => (part.type === 'text' ? (part.text ?? '') : '')).join('');
  const thoughts = content.map((part) => (part.type === 'thinking' ? (part.thinking ?? '') : '')).join('');
  const reasoning = thoughts + (message.tool_plan ?? '');
  const annotations = toAnnotations(citations);
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(calls.length > 0 && (legacy ? { function_call: calls[0]?.function } : { tool_calls: calls })),
    ...(annotations.length > 0 && { annotations }),
    ...(citations.length > 0 && { provider_specific_fields: { citations } }),
  };
}

function toToolCall({ id, function: called }: CohereToolCall): ToolCall {
  return {
    id: id ?? '',
    type: 'function',
    function: { name: called?.name ?? '', arguments: called?.arguments || '{}' },
  };
}
