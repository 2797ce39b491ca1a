/** Pictures and documents that a Messages request has at web addresses, for hosts of Claude that fetch none themselves. */
// https://platform.claude.com/docs/en/build-with-claude/vision
import type { MessagesBlock, MessagesRequest } from '../../schema/anthropic/messages-request.js';
import { isWebUrl } from '../../schema/openai/content.js';
import type { NativeCall } from '../../spec/chat-adapter.js';

type Source = MessagesBlock['source'];
/** Returns the source to put in its place. */
type Replace = (address: string) => Source;

/** The http(s) addresses in the messages, each once. */
export function sourceAddresses(body: MessagesRequest): readonly string[] {
  const found = new Set<string>();
  replaceIn(body.messages, (address) => {
    found.add(address);
    return undefined;
  });
  return [...found];
}

/** The call with what was fetched in place of its addresses; the call itself where nothing was. */
export function withFetchedSources(call: NativeCall<MessagesRequest>): NativeCall<MessagesRequest> {
  const { media } = call;
  if (!media || media.size === 0) return call;
  const messages = replaceIn(call.body.messages, (address) => {
    const file = media.get(address);
    return file && { type: 'base64', media_type: file.mediaType, data: file.base64 };
  });
  const body = { ...call.body, messages };
  return { ...call, body, bytes: Buffer.from(JSON.stringify(body)) };
}

function replaceIn(messages: MessagesRequest['messages'], replace: Replace): MessagesRequest['messages'] {
  return messages.map((message) => ({ ...message, content: contentWith(message.content, replace) }) as typeof message);
}

/** Blocks are within blocks: in the result of a tool, in a document. */
function contentWith(content: unknown, replace: Replace): unknown {
  if (!Array.isArray(content)) return content;
  return (content as readonly (MessagesBlock | null)[]).map((block) => {
    if (typeof block !== 'object' || block === null) return block;
    const { source, content: within } = block;
    return {
      ...block,
      ...(typeof source === 'object' && source !== null && { source: sourceWith(source, replace) }),
      ...(Array.isArray(within) && { content: contentWith(within, replace) }),
    };
  });
}

function sourceWith(source: NonNullable<Source>, replace: Replace): Source {
  const { type, url, content } = source as Readonly<Record<string, unknown>>;
  if (type === 'url' && typeof url === 'string' && isWebUrl(url)) return replace(url) ?? source;
  return Array.isArray(content) ? { ...source, content: contentWith(content, replace) } : source;
}
