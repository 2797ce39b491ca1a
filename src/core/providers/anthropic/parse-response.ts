/** A whole answer of Anthropic's as a chat completion. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { AnthropicAnswerBlock, AnthropicCitation, AnthropicMessage } from '../../schema/anthropic/messages.js';
import type { AssistantMessage, ThinkingBlock, ToolCall } from '../../schema/openai/chat.js';
import { toArgumentsText } from '../../schema/openai/tool-arguments.js';
import { wantsFunctionCall } from '../../schema/openai/tool-names.js';
import type { ChatCall, ParsedChatResponse } from '../../spec/chat-adapter.js';
import type { InboundResponse } from '../../spec/outbound.js';
import { findReportedError } from '../openai-compatible/parse-error.js';
import { jsonToolSchema } from './build-tools.js';
import { anthropicHost, inNameOf, type ClaudeHost } from './claude-host.js';
import { finishReason } from './finish-reason.js';
import { toUsage } from './map-usage.js';
import { jsonToolName, toolNames } from './tool-names.js';

export function parseResponse(
  response: InboundResponse,
  call: ChatCall,
  host: ClaudeHost = anthropicHost,
): ParsedChatResponse {
  return inNameOf(host.provider, () => readCompletion(response, call, host));
}

function readCompletion(response: InboundResponse, call: ChatCall, host: ClaudeHost): ParsedChatResponse {
  const answer = readAnswer(response.body);
  try {
    const message = buildMessage(answer.content, call, host);
    const usage = toUsage(answer.usage);
    const called = message.tool_calls !== undefined || message['function_call'] !== undefined;
    const finish = finishReason(answer.stop_reason, called);
    return {
      completion: {
        id: answer.id ?? call.responseId,
        object: 'chat.completion',
        created: call.created,
        model: answer.model ?? call.model,
        choices: [
          {
            index: 0,
            message,
            finish_reason: finish === 'tool_calls' && message['function_call'] ? 'function_call' : finish,
          },
        ],
      },
      usage,
    };
  } catch (cause) {
    throw invalidAnswer('a content block has an unknown shape', cause);
  }
}

export function invalidAnswer(reason: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_invalid_response', { facts: { reason }, provider: 'anthropic', cause });
}

function readAnswer(body: Uint8Array): AnthropicMessage & { content: readonly AnthropicAnswerBlock[] } {
  let answer: AnthropicMessage | null;
  try {
    answer = JSON.parse(new TextDecoder().decode(body)) as AnthropicMessage | null;
  } catch (cause) {
    throw invalidAnswer('it is not JSON', cause);
  }
  const reported = findReportedError(answer, 'anthropic', 'upstream_internal');
  if (reported) throw reported;
  const content = answer?.content;
  if (!Array.isArray(content)) throw invalidAnswer('it has no list of content blocks');
  return { ...answer, content: content as readonly AnthropicAnswerBlock[] };
}

function buildMessage(content: readonly AnthropicAnswerBlock[], call: ChatCall, host: ClaudeHost): AssistantMessage {
  const jsonMode = answersByTool(call, host);
  let text = '';
  let json: string | undefined;
  let reasoning = '';
  const thinking: ThinkingBlock[] = [];
  const toolCalls: ToolCall[] = [];
  const annotations: unknown[] = [];
  const own: AnthropicAnswerBlock[] = [];
  for (const block of content) {
    if (block.type === 'text') {
      const start = text.length;
      text += block.text ?? '';
      for (const each of block.citations ?? []) annotations.push(...toAnnotations(each, start, text.length));
      if (block.citations?.length) own.push(block);
    } else if (block.type === 'thinking' || block.type === 'redacted_thinking') {
      reasoning += block.thinking ?? '';
      thinking.push(toThinkingBlock(block));
    } else if (block.type !== 'tool_use') own.push(block);
    else if (jsonMode && block.name === jsonToolName) json = toArgumentsText(block.input);
    else {
      const name = toolNames.toClient(block.name ?? '', call.body);
      toolCalls.push({
        id: block.id ?? '',
        type: 'function',
        function: { name, arguments: toArgumentsText(block.input) },
      });
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
export function answersByTool(call: ChatCall, host: ClaudeHost): boolean {
  return jsonToolSchema(call.body, host.traits(call.model)) !== undefined;
}

export function toThinkingBlock(block: AnthropicAnswerBlock): ThinkingBlock {
  if (block.type === 'redacted_thinking') return { type: 'redacted_thinking', data: block.data ?? '' };
  return { type: 'thinking', thinking: block.thinking ?? '', ...(block.signature && { signature: block.signature }) };
}

/** OpenAI's form of a source on the web; sources in documents have none. */
export function toAnnotations(citation: AnthropicCitation, start: number, end: number): unknown[] {
  if (typeof citation.url !== 'string') return [];
  const place = { url: citation.url, title: citation.title ?? citation.url, start_index: start, end_index: end };
  return [{ type: 'url_citation', url_citation: place }];
}
