/** A whole answer of Cohere's as a chat completion. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { CohereAnswer, CohereToolCall } from '../../schema/cohere.js';
import type { ToolCall } from '../../schema/openai/chat.js';
import type { ChatCall, ParsedChatResponse } from '../../spec/chat-adapter.js';
import type { InboundResponse } from '../../spec/outbound.js';
import { readJsonAnswer } from '../openai-compatible/read-answer.js';
import { toAnnotations, toFinishReason, toUsage } from './answer-parts.js';

export function parseResponse(response: InboundResponse, call: ChatCall, provider: string): ParsedChatResponse {
  const answer = readJsonAnswer(response.body, provider) as CohereAnswer;
  const { message } = answer;
  if (!message)
    throw new GatewayError('upstream_invalid_response', { facts: { reason: 'it has no message' }, provider });
  const { content = [], tool_calls: calls = [], tool_plan: plan, citations = [] } = message;
  const text = content.map((part) => (part.type === 'text' ? (part.text ?? '') : '')).join('');
  const thoughts = content.map((part) => (part.type === 'thinking' ? (part.thinking ?? '') : '')).join('');
  const reasoning = thoughts + (plan ?? '');
  const annotations = toAnnotations(citations);
  return {
    completion: {
      id: answer.id ?? call.responseId,
      object: 'chat.completion',
      created: call.created,
      model: call.model,
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: text === '' && calls.length > 0 ? null : text,
            ...(reasoning !== '' && { reasoning_content: reasoning }),
            ...(calls.length > 0 && { tool_calls: calls.map(toToolCall) }),
            ...(annotations.length > 0 && { annotations }),
            ...(citations.length > 0 && { provider_specific_fields: { citations } }),
          },
          finish_reason: toFinishReason(answer.finish_reason, undefined, provider),
        },
      ],
    },
    usage: toUsage(answer.usage),
  };
}

function toToolCall({ id = '', function: called }: CohereToolCall): ToolCall {
  return { id, type: 'function', function: { name: called?.name ?? '', arguments: called?.arguments ?? '{}' } };
}
