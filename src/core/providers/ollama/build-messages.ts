/** The messages of the hub as Ollama's chat endpoint takes them. */
// https://docs.ollama.com/api/chat , https://docs.ollama.com/capabilities/tool-calling
import type { OllamaMessage, OllamaToolCall } from '../../schema/ollama.js';
import type { ChatMessage, ToolCall } from '../../schema/openai/chat.js';
import { inCallOrder } from '../../schema/openai/result-order.js';
import { parseToolArguments } from '../../schema/openai/tool-arguments.js';
import type { FetchedMedia } from '../../spec/chat-adapter.js';
import { readParts, refused } from './message-parts.js';

export function buildMessages(
  messages: readonly ChatMessage[],
  media: ReadonlyMap<string, FetchedMedia> | undefined,
): readonly OllamaMessage[] {
  /** Results name their tool, which the hub knows by the call's id only. */
  const toolNames = new Map<string, string>();
  return inCallOrder(messages).map((message) => {
    for (const { id, function: called } of message.tool_calls ?? []) toolNames.set(id, called.name);
    return toMessage(message, toolNames, media);
  });
}

function toMessage(
  message: ChatMessage,
  toolNames: ReadonlyMap<string, string>,
  media: ReadonlyMap<string, FetchedMedia> | undefined,
): OllamaMessage {
  const { role, tool_calls: calls, tool_call_id: answered, reasoning_content: reasoning } = message;
  const { text, images } = readParts(message, media);
  const toolName = role === 'tool' ? (toolNames.get(answered ?? '') ?? message.name) : undefined;
  return {
    role: role === 'developer' ? 'system' : role === 'function' ? 'tool' : role,
    content: text,
    ...(role === 'assistant' && reasoning && { thinking: reasoning }),
    ...(images.length > 0 && { images }),
    ...(calls?.length && { tool_calls: calls.map(toToolCall) }),
    ...(toolName !== undefined && { tool_name: toolName }),
    ...(answered !== undefined && { tool_call_id: answered }),
  };
}

function toToolCall({ id, function: called }: ToolCall): OllamaToolCall {
  const input = parseToolArguments(called.arguments);
  if (!input) throw refused(`The arguments of the tool call ${id} are no JSON object.`);
  return { id, function: { name: called.name, arguments: input } };
}
