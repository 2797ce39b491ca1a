/** The messages of the hub as Cohere's. */
// https://docs.cohere.com/reference/chat#request.body.messages
import { GatewayError } from '../../errors/gateway-error.js';
import type { CohereMessage } from '../../schema/cohere.js';
import type { ChatMessage, ContentPart } from '../../schema/openai/chat.js';
import { contentParts, textOf } from '../../schema/openai/content.js';

export function buildMessages(messages: readonly ChatMessage[]): readonly CohereMessage[] {
  return messages.map(toMessage);
}

function toMessage(message: ChatMessage): CohereMessage {
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: textOf(message.content) };
    case 'assistant':
      return toAssistantMessage(message);
    case 'tool':
      return { role: 'tool', tool_call_id: message.tool_call_id ?? '', content: textOf(message.content) };
    case 'function':
      return refuse('messages of the role function are not known to Cohere: use tools');
    default:
      return { role: 'user', content: toContent(message.content) };
  }
}

function toAssistantMessage({
  content,
  refusal,
  tool_calls: calls,
  reasoning_content: reasoning,
}: ChatMessage): CohereMessage {
  const text = textOf(content ?? refusal);
  if (!calls?.length) return { role: 'assistant', content: text };
  return {
    role: 'assistant',
    ...(text !== '' && { content: text }),
    tool_calls: calls.map(({ id, function: called }) => ({ id, type: 'function', function: called })),
    // What the model thought before it called is its plan here.
    ...(reasoning && { tool_plan: reasoning }),
  };
}

function toContent(content: ChatMessage['content']): string | readonly object[] {
  if (typeof content === 'string') return content;
  const parts = contentParts(content);
  if (!parts) return refuse('the content of a message is neither a text nor a list of parts');
  return parts.map(toPart);
}

function toPart(part: ContentPart): object {
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.type === 'image_url') {
    const image = typeof part.image_url === 'string' ? { url: part.image_url } : part.image_url;
    return {
      type: 'image_url',
      image_url: { url: image.url, ...('detail' in image && image.detail && { detail: image.detail }) },
    };
  }
  return refuse(`Cohere takes texts and pictures, no parts of the type ${part.type}; send files as \`documents\``);
}

function refuse(reason: string): never {
  throw new GatewayError('invalid_request', { param: 'messages', facts: { reason: `\`messages\`: ${reason}.` } });
}
