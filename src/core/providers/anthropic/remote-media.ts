/** Pictures and documents at web addresses, for hosts of Claude that fetch none themselves. */
import type { ChatCompletionRequest, ChatMessage, ContentPart } from '../../schema/openai/chat.js';
import { isWebUrl } from '../../schema/openai/content.js';
import type { ChatCall, FetchedMedia } from '../../spec/chat-adapter.js';

/** Returns the part to put in its place. */
type Replace = (address: string) => FetchedMedia | undefined;

/** The http(s) addresses in the messages, each once. */
export function remoteAddresses(body: ChatCompletionRequest): readonly string[] {
  const found = new Set<string>();
  const collect: Replace = (address) => {
    found.add(address);
    return undefined;
  };
  for (const message of listOf(body.messages)) inlineMessage(message, collect);
  return [...found];
}

/** The call with what was fetched in place of its addresses; the call itself where nothing was. */
export function withFetchedMedia(call: ChatCall): ChatCall {
  const { media, body } = call;
  if (!media || media.size === 0) return call;
  const messages = listOf(body.messages).map((message) => inlineMessage(message, (address) => media.get(address)));
  return { ...call, body: { ...body, messages } };
}

function inlineMessage(message: ChatMessage, replace: Replace): ChatMessage {
  if (!Array.isArray(message?.content)) return message;
  const parts = message.content as readonly (ContentPart | null)[];
  return { ...message, content: parts.map((part) => inlinePart(part, replace)) } as ChatMessage;
}

function inlinePart(part: ContentPart | null, replace: Replace): ContentPart | null {
  if (part?.type === 'image_url') {
    const image = typeof part.image_url === 'string' ? { url: part.image_url } : part.image_url;
    const fetched = fetchedFor(image?.url, replace);
    return fetched ? { ...part, image_url: { ...image, url: toDataUrl(fetched) } } : part;
  }
  if (part?.type === 'file') {
    const file = (part.file ?? {}) as { file_data?: unknown; file_id?: unknown };
    const fetched = fetchedFor(file.file_data ?? file.file_id, replace);
    if (!fetched) return part;
    const { file_id: _address, ...rest } = file;
    return { ...part, file: { ...rest, file_data: toDataUrl(fetched) } };
  }
  const source = (part as { source?: { type?: unknown; url?: unknown } } | null)?.source;
  const fetched = source?.type === 'url' ? fetchedFor(source.url, replace) : undefined;
  if (!fetched) return part;
  return {
    ...part,
    source: { type: 'base64', media_type: fetched.mediaType, data: fetched.base64 },
  } as unknown as ContentPart;
}

function fetchedFor(address: unknown, replace: Replace): FetchedMedia | undefined {
  return typeof address === 'string' && isWebUrl(address) ? replace(address) : undefined;
}

function toDataUrl({ mediaType, base64 }: FetchedMedia): string {
  return `data:${mediaType};base64,${base64}`;
}

/** Bodies are the client's word. */
function listOf(messages: unknown): readonly ChatMessage[] {
  return Array.isArray(messages) ? (messages as readonly ChatMessage[]) : [];
}
