/** Quirk: Mistral's schema of a message is closed, so members and parts are sent as it knows them, and nothing else is. */
// https://docs.mistral.ai/api/endpoint/chat
import { GatewayError } from '../../errors/gateway-error.js';
import type { ChatMessage, ContentPart, FilePart } from '../../schema/openai/chat.js';
import type { ChatCall } from '../../spec/chat-adapter.js';
import type { Quirk } from '../openai-compatible/index.js';
import { reasons, toThinkChunks } from './thinking-content.js';

export const messageRules: Quirk = {
  name: 'message-rules',
  request(body, call) {
    const messages = body['messages'] as readonly ChatMessage[];
    return { ...body, messages: messages.map((message, at) => toMessage(message, at === messages.length - 1, call)) };
  },
};

function toMessage(message: ChatMessage, last: boolean, call: ChatCall): object {
  switch (message.role) {
    case 'assistant':
      return toAssistantMessage(message, last, call);
    case 'tool': {
      const { tool_call_id, name } = message;
      return { role: 'tool', content: toContent(message.content), tool_call_id, ...(name && { name }) };
    }
    case 'system':
    case 'developer':
      return { role: 'system', content: toContent(message.content) };
    default:
      return { role: 'user', content: toContent(message.content) };
  }
}

function toAssistantMessage(message: ChatMessage, last: boolean, call: ChatCall): object {
  const { tool_calls: calls, refusal } = message;
  const thoughts = reasons(call) ? toThinkChunks(message) : [];
  const content = toContent(message.content ?? refusal);
  const prefix = (message as { prefix?: unknown }).prefix;
  return {
    role: 'assistant',
    ...(!(calls?.length && content === '' && thoughts.length === 0) && {
      content: thoughts.length === 0 ? content : [...thoughts, ...toChunks(content)],
    }),
    ...(calls?.length && {
      tool_calls: calls.map(({ id, function: called }) => ({ id, type: 'function', function: called })),
    }),
    // The API refuses an answer as the last message unless it is marked as the beginning of the next one.
    ...(last && !calls?.length ? { prefix: prefix ?? true } : typeof prefix === 'boolean' && { prefix }),
  };
}

function toContent(content: ChatMessage['content']): string | readonly object[] {
  if (content === null || content === undefined) return '';
  return typeof content === 'string' ? content : content.map(toPart);
}

function toChunks(content: string | readonly object[]): readonly object[] {
  if (typeof content !== 'string') return content;
  return content === '' ? [] : [{ type: 'text', text: content }];
}

function toPart(part: ContentPart): object {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'refusal':
      return { type: 'text', text: part.refusal };
    case 'image_url': {
      const { image_url: image } = part;
      if (typeof image === 'string') return { type: 'image_url', image_url: image };
      return { type: 'image_url', image_url: { url: image.url, ...(image.detail && { detail: image.detail }) } };
    }
    case 'input_audio':
      return { type: 'input_audio', input_audio: part.input_audio.data };
    case 'file':
      return toDocument(part);
    default:
      // Mistral's own parts, such as document_url and reference.
      return part;
  }
}

/** https://docs.mistral.ai/capabilities/document_ai/document_qna */
function toDocument({ file }: FilePart): object {
  const { file_id: id, file_data: data, filename } = file;
  if (typeof data === 'string')
    return { type: 'document_url', document_url: data, ...(filename && { document_name: filename }) };
  if (typeof id !== 'string') {
    const reason = 'A part of the type file needs `file_data` or `file_id`.';
    throw new GatewayError('invalid_request', { param: 'messages', facts: { reason } });
  }
  if (id.startsWith('https://')) return { type: 'document_url', document_url: id };
  return { type: 'file', file_id: id };
}
