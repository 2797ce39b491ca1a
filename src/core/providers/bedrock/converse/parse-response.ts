/** A whole answer of Converse as a chat completion. */
import { GatewayError } from '../../../errors/gateway-error.js';
import type { AssistantMessage, ThinkingBlock, ToolCall } from '../../../schema/openai/chat.js';
import { toArgumentsText } from '../../../schema/openai/tool-arguments.js';
import { wantsFunctionCall } from '../../../schema/openai/tool-names.js';
import type { ChatCall, ParsedChatResponse } from '../../../spec/chat-adapter.js';
import type { InboundResponse } from '../../../spec/outbound.js';
import { jsonToolName, toolNames } from '../../anthropic/tool-names.js';
import { readModel } from '../model-id.js';
import { invalidAnswer } from '../provider-id.js';
import { converseJsonTool } from './build-request.js';
import { finishReason, toAnnotations, toUsage } from './map-answer.js';
import type { AnswerBlock, ConverseAnswer } from './wire.js';

export function parseConverseResponse(response: InboundResponse, call: ChatCall): ParsedChatResponse {
  const answer = readAnswer(response.body);
  const content = answer.output?.message?.content;
  if (!Array.isArray(content)) throw invalidAnswer('it has no message with a list of content blocks');
  try {
    const message = buildMessage(content as readonly AnswerBlock[], call);
    const called = message.tool_calls !== undefined || message['function_call'] !== undefined;
    const finish = finishReason(answer.stopReason, called);
    const requestId = response.headers['x-amzn-requestid'];
    const { trace, additionalModelResponseFields: more } = answer;
    return {
      completion: {
        id: typeof requestId === 'string' ? `chatcmpl-${requestId}` : call.responseId,
        object: 'chat.completion',
        created: call.created,
        model: readModel(call.model).id,
        choices: [
          {
            index: 0,
            message,
            finish_reason: finish === 'tool_calls' && message['function_call'] ? 'function_call' : finish,
          },
        ],
        ...(trace !== undefined && { trace }),
        ...(more !== undefined && more !== null && { additionalModelResponseFields: more }),
      },
      usage: toUsage(answer.usage, answer.serviceTier?.type),
    };
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw invalidAnswer('a content block has an unknown shape', cause);
  }
}

function readAnswer(body: Uint8Array): ConverseAnswer {
  let answer: unknown;
  try {
    answer = JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw invalidAnswer('it is not JSON', cause);
  }
  if (typeof answer !== 'object' || answer === null) throw invalidAnswer('it is no JSON object');
  return answer;
}

function buildMessage(content: readonly AnswerBlock[], call: ChatCall): AssistantMessage {
  const jsonMode = answersByTool(call);
  let text = '';
  let json: string | undefined;
  let reasoning = '';
  const thinking: ThinkingBlock[] = [];
  const toolCalls: ToolCall[] = [];
  const annotations: unknown[] = [];
  const own: AnswerBlock[] = [];
  for (const block of content) {
    const { toolUse, reasoningContent, citationsContent: cited } = block;
    if (typeof block.text === 'string') text += block.text;
    else if (reasoningContent) {
      reasoning += reasoningContent.reasoningText?.text ?? '';
      thinking.push(toThinkingBlock(reasoningContent.reasoningText, reasoningContent.redactedContent));
    } else if (cited) {
      const start = text.length;
      text += (cited.content ?? []).map((each) => each.text ?? '').join('');
      for (const each of cited.citations ?? []) annotations.push(...toAnnotations(each, start, text.length));
      own.push(block);
    } else if (!toolUse || toolUse.type === 'server_tool_use') own.push(block);
    else if (jsonMode && toolUse.name === jsonToolName) json = toArgumentsText(toolUse.input);
    else {
      const called = {
        name: toolNames.toClient(toolUse.name ?? '', call.body),
        arguments: toArgumentsText(toolUse.input),
      };
      toolCalls.push({ id: toolUse.toolUseId ?? '', type: 'function', function: called });
    }
  }
  return {
    role: 'assistant',
    content: json ?? (text === '' && toolCalls.length > 0 ? null : text),
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(thinking.length > 0 && { thinking_blocks: thinking }),
    ...(toolCalls.length > 0 &&
      (wantsFunctionCall(call.body) ? { function_call: toolCalls[0]?.function } : { tool_calls: toolCalls })),
    ...(annotations.length > 0 && { annotations }),
    ...(own.length > 0 && { provider_specific_fields: { content_blocks: own } }),
  };
}

/** Whether JSON was asked for in a way that the model answers by calling the JSON tool. */
export function answersByTool(call: ChatCall): boolean {
  return converseJsonTool(call.body, readModel(call.model, call.parameters.provider)) !== undefined;
}

export function toThinkingBlock(
  thought: { readonly text?: string; readonly signature?: string } | undefined,
  redacted: string | undefined,
): ThinkingBlock {
  if (redacted !== undefined) return { type: 'redacted_thinking', data: redacted };
  const { text = '', signature } = thought ?? {};
  return { type: 'thinking', thinking: text, ...(signature && { signature }) };
}
