/** A whole answer of Ollama's as a chat completion, and what whole answers and streams have in common. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { OllamaAnswer } from '../../schema/ollama.js';
import { readCount } from '../../schema/openai/chat-usage.js';
import type { FinishReason, ToolCall } from '../../schema/openai/chat.js';
import { toArgumentsText } from '../../schema/openai/tool-arguments.js';
import type { ChatCall, ParsedChatResponse } from '../../spec/chat-adapter.js';
import type { InboundResponse } from '../../spec/outbound.js';
import type { Usage } from '../../spec/usage.js';
import { findReportedError } from '../openai-compatible/parse-error.js';

export function parseResponse(response: InboundResponse, call: ChatCall, provider: string): ParsedChatResponse {
  const answer = parseAnswer(new TextDecoder().decode(response.body), provider, 'upstream_internal');
  const text = answer.message?.content ?? answer.response;
  if (typeof text !== 'string') throw invalidAnswer(provider, 'it has neither a message nor a response');
  const calls = toToolCalls(answer, call, 0, provider);
  const reasoning = answer.message?.thinking ?? answer.thinking;
  return {
    completion: {
      id: call.responseId,
      object: 'chat.completion',
      created: call.created,
      model: answer.model ?? call.model,
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: text === '' && calls.length > 0 ? null : text,
            ...(reasoning && { reasoning_content: reasoning }),
            ...(calls.length > 0 && { tool_calls: calls }),
          },
          finish_reason: toFinishReason(answer.done_reason, calls.length > 0),
          ...(answer.logprobs && { logprobs: { content: answer.logprobs, refusal: null } }),
        },
      ],
    },
    usage: toUsage(answer),
  };
}

/** One JSON document of Ollama's. Throws what it reports as an error. */
export function parseAnswer(
  text: string,
  provider: string,
  fallback: 'upstream_internal' | 'upstream_stream_error',
): OllamaAnswer {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw invalidAnswer(provider, 'it is not JSON', cause);
  }
  const reported = findReportedError(answer, provider, fallback);
  if (reported) throw reported;
  if (typeof answer !== 'object' || answer === null) throw invalidAnswer(provider, 'it is no JSON object');
  return answer;
}

export function invalidAnswer(provider: string, reason: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_invalid_response', { facts: { reason }, provider, cause });
}

/** @param before how many calls the answer has had so far; older servers give their calls no ids */
export function toToolCalls({ message }: OllamaAnswer, call: ChatCall, before: number, provider: string): ToolCall[] {
  return (message?.tool_calls ?? []).map(({ id, function: called }, index) => {
    if (typeof called?.name !== 'string') throw invalidAnswer(provider, 'a tool call has no name');
    return {
      id: id ?? `call_${call.responseId.replace(/^chatcmpl-/, '')}_${before + index}`,
      type: 'function',
      function: { name: called.name, arguments: toArgumentsText(called.arguments) },
    };
  });
}

/** `load` and `unload` answer a request that asked for nothing. */
export function toFinishReason(reason: string | undefined, called: boolean): FinishReason {
  if (reason === 'length') return 'length';
  return called ? 'tool_calls' : 'stop';
}

/** Prompts that lie in the server's cache are not counted by older servers. */
export function toUsage({ prompt_eval_count: prompt, eval_count: completion }: OllamaAnswer): Usage | undefined {
  if (prompt === undefined && completion === undefined) return undefined;
  return { promptTokens: readCount(prompt), completionTokens: readCount(completion) };
}
