/** The messages of the hub as Gemini's contents: two roles in turn, and what the system says beside them. */
import type { GeminiContent, GeminiPart } from '../../schema/google/generate-content.js';
import type { ChatMessage, ContentPart, ToolCall } from '../../schema/openai/chat.js';
import { contentParts, isWebUrl, parseDataUrl, textOf } from '../../schema/openai/content.js';
import { inCallOrder } from '../../schema/openai/result-order.js';
import { parseToolArguments } from '../../schema/openai/tool-arguments.js';
import type { ChatCall, FetchedMedia } from '../../spec/chat-adapter.js';
import type { GeminiHost } from './gemini-host.js';
import { mediaTypeOf } from './media-type.js';
import { refuse } from './refuse.js';
import { signatureOf } from './thought-signature.js';
import { toolNames } from './tool-names.js';

interface Contents {
  readonly contents: readonly GeminiContent[];
  readonly system: readonly string[];
}

/** The addresses that the host does not fetch by itself. */
export function remoteMedia({ body }: ChatCall, host: GeminiHost): readonly string[] {
  const addresses = body.messages.flatMap(({ content }) => (contentParts(content) ?? []).map(addressOf));
  return addresses.filter((url): url is string => url !== undefined && isWebUrl(url) && !host.takesAddress(url));
}

export function buildContents({ body, model, media }: ChatCall): Contents {
  const system: string[] = [];
  const contents: { role: string; parts: GeminiPart[] }[] = [];
  /** Results name their function, which the hub knows by the call's id only. */
  const names = new Map<string, string>();
  for (const message of inCallOrder(body.messages)) {
    for (const { id, function: called } of message.tool_calls ?? []) names.set(id, called.name);
    if (message.function_call) names.set(message.function_call.name, message.function_call.name);
    if (message.role === 'system' || message.role === 'developer') {
      const text = textOf(message.content);
      if (text !== '') system.push(text);
      continue;
    }
    const role = message.role === 'assistant' ? 'model' : 'user';
    const parts = toParts(message, names, model, media);
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else if (parts.length > 0) contents.push({ role, parts });
  }
  // Contents must not be empty, also where the system alone speaks.
  if (contents.length === 0) contents.push({ role: 'user', parts: [{ text: ' ' }] });
  return { contents, system };
}

function toParts(
  message: ChatMessage,
  names: ReadonlyMap<string, string>,
  model: string,
  media: ReadonlyMap<string, FetchedMedia> | undefined,
): GeminiPart[] {
  if (message.role === 'tool' || message.role === 'function') return toResult(message, names, media);
  const parts = toContentParts(message.content, media);
  if (message.role !== 'assistant') return parts;
  const signatures = (message as { provider_specific_fields?: { thought_signatures?: unknown } })
    .provider_specific_fields?.thought_signatures;
  const [signature] = Array.isArray(signatures) ? (signatures as readonly unknown[]) : [];
  const [first, ...others] = parts;
  const texts = first && typeof signature === 'string' ? [{ ...first, thoughtSignature: signature }, ...others] : parts;
  return [...texts, ...toCalls(message, model)];
}

function toCalls({ tool_calls: calls, function_call: legacy }: ChatMessage, model: string): GeminiPart[] {
  if (legacy) return [toCall({ id: legacy.name, type: 'function', function: legacy }, undefined)];
  // Only the first of calls that were made together is signed.
  return (calls ?? []).map((call, index) => toCall(call, index === 0 ? signatureOf(call, model) : ownSignature(call)));
}

function ownSignature(call: ToolCall): string | undefined {
  return signatureOf(call, '');
}

function toCall({ function: called }: ToolCall, signature: string | undefined): GeminiPart {
  const args = parseToolArguments(called.arguments);
  if (!args) return refuse('messages', `the arguments of a call of ${called.name} are no JSON object`);
  return {
    functionCall: { name: toolNames.toWire(called.name), args },
    ...(signature !== undefined && { thoughtSignature: signature }),
  };
}

function toResult(
  { content, tool_call_id: id = '', name }: ChatMessage,
  names: ReadonlyMap<string, string>,
  media: ReadonlyMap<string, FetchedMedia> | undefined,
): GeminiPart[] {
  const called = names.get(id) ?? name ?? names.get(name ?? '');
  if (called === undefined) return refuse('messages', `the result of the call ${id} follows no such call`);
  const pictures = toContentParts(content, media).filter((part) => part.text === undefined);
  return [{ functionResponse: { name: toolNames.toWire(called), response: toResponse(textOf(content)) } }, ...pictures];
}

/** Gemini reads results as objects. */
function toResponse(text: string): Readonly<Record<string, unknown>> {
  if (text.trimStart().startsWith('{')) {
    const parsed = parseToolArguments(text);
    if (parsed) return parsed;
  }
  return { content: text };
}

function toContentParts(
  content: ChatMessage['content'],
  media: ReadonlyMap<string, FetchedMedia> | undefined,
): GeminiPart[] {
  const parts = contentParts(content);
  if (!parts) return refuse('messages', 'the content of a message is neither a text nor a list of parts');
  // The API refuses empty texts.
  return parts.map((part) => toPart(part, media)).filter((part) => part.text !== '');
}

function toPart(part: ContentPart, media: ReadonlyMap<string, FetchedMedia> | undefined): GeminiPart {
  switch (part.type) {
    case 'text':
      return { text: part.text };
    case 'refusal':
      return { text: part.refusal };
    case 'input_audio':
      return { inlineData: { mimeType: `audio/${part.input_audio.format}`, data: part.input_audio.data } };
    case 'image_url': {
      const { url, format } = typeof part.image_url === 'string' ? { url: part.image_url } : part.image_url;
      return toMedia(url, format, 'image/jpeg', media);
    }
    case 'file': {
      const { file_data: data, file_id: id, format } = part.file;
      const address = data ?? id;
      if (typeof address === 'string') return toMedia(address, format, 'application/pdf', media);
      return refuse('messages', 'a part of the type file needs `file_data` or `file_id`');
    }
    default:
      return refuse(
        'messages',
        `parts of the type ${String((part as { type?: unknown }).type)} are not known to Gemini`,
      );
  }
}

/** @param otherwise the media type where neither the client nor the address tells it */
function toMedia(
  address: string,
  format: string | undefined,
  otherwise: string,
  media: ReadonlyMap<string, FetchedMedia> | undefined,
): GeminiPart {
  const data = parseDataUrl(address);
  if (data) return { inlineData: { mimeType: format ?? data.mediaType, data: data.base64 } };
  const fetched = media?.get(address);
  if (fetched) return { inlineData: { mimeType: format ?? fetched.mediaType, data: fetched.base64 } };
  return { fileData: { mimeType: format ?? mediaTypeOf(address) ?? otherwise, fileUri: address } };
}

function addressOf(part: ContentPart): string | undefined {
  if (part.type === 'image_url') return typeof part.image_url === 'string' ? part.image_url : part.image_url.url;
  return part.type === 'file' ? (part.file.file_data ?? part.file.file_id) : undefined;
}
