/** The messages of the hub as Cohere's. */
// https://docs.cohere.com/reference/chat#request.body.messages
import { GatewayError } from '../../errors/gateway-error.js';
import type { CohereMessage } from '../../schema/cohere.js';
import type { ChatMessage, ContentPart } from '../../schema/openai/chat.js';
import { contentParts, isBlank, textOf } from '../../schema/openai/content.js';

export function buildMessages(messages: readonly ChatMessage[]): readonly CohereMessage[] {
  const built: CohereMessage[] = [];
  let legacyCallId = 'call';
  for (const [index, message] of messages.entries()) {
    switch (message?.role) {
      case 'system':
      case 'developer':
        built.push({ role: 'system', content: textOf(message.content) });
        break;
      case 'user':
        built.push({ role: 'user', content: toContent(message.content) });
        break;
      case 'assistant': {
        if (message.function_call) legacyCallId = `call_${index}`;
        const turn = toAssistantMessage(message, legacyCallId);
        if (turn) built.push(turn);
        break;
      }
      case 'tool':
        built.push(toToolMessage(message, message.tool_call_id));
        break;
      case 'function':
        built.push(toToolMessage(message, legacyCallId));
        break;
      default:
        return refuse('the role is not one of system, developer, user, assistant, tool');
    }
  }
  return built;
}

/** Undefined for a turn without content, which Cohere refuses. */
function toAssistantMessage(message: ChatMessage, legacyCallId: string): CohereMessage | undefined {
  const { content, refusal, tool_calls: given, function_call: legacy, reasoning_content: reasoning } = message;
  const text = textOf(content ?? refusal);
  const calls = legacy ? [{ id: legacyCallId, function: legacy }] : (given ?? []);
  if (calls.length === 0) return isBlank(text) ? undefined : { role: 'assistant', content: text };
  return {
    role: 'assistant',
    ...(text !== '' && { content: text }),
    tool_calls: calls.map(({ id, function: called }) => ({ id, type: 'function', function: called })),
    // What the model thought before it called is its plan here.
    ...(reasoning && { tool_plan: reasoning }),
  };
}

/** Results are texts, and documents that the answer can cite: https://docs.cohere.com/docs/tool-use-citations */
function toToolMessage({ content }: ChatMessage, id: string | undefined): CohereMessage {
  if (typeof id !== 'string') return refuse('a tool message needs a `tool_call_id`');
  const parts = (contentParts(content) ?? []) as readonly { readonly type?: string; readonly text?: string }[];
  if (!parts.some((part) => part?.type === 'document')) {
    if (parts.some((part) => part?.type !== 'text')) refuse('the result of a tool holds texts and documents only');
    return { role: 'tool', tool_call_id: id, content: textOf(content) };
  }
  const blocks = parts.map((part) => (part.type === 'text' ? { type: 'text', text: part.text } : part));
  return { role: 'tool', tool_call_id: id, content: blocks };
}

function toContent(content: ChatMessage['content']): string | readonly object[] {
  if (typeof content === 'string') return content;
  const parts = contentParts(content);
  if (!parts) return refuse('the content of a message is neither a text nor a list of parts');
  return parts.map(toPart);
}

function toPart(part: ContentPart): object {
  if (part?.type === 'text') return { type: 'text', text: part.text };
  if (part?.type === 'image_url') {
    const image: { readonly url?: string; readonly detail?: string } =
      typeof part.image_url === 'string' ? { url: part.image_url } : part.image_url;
    if (typeof image?.url !== 'string') return refuse('a picture needs a `url`');
    return { type: 'image_url', image_url: { url: image.url, ...(image.detail && { detail: image.detail }) } };
  }
  return refuse(`Cohere takes texts and pictures, no parts of the type ${part?.type}; send files as \`documents\``);
}

function refuse(reason: string): never {
  throw new GatewayError('invalid_request', { param: 'messages', facts: { reason: `\`messages\`: ${reason}.` } });
}
