/** What chat messages hold for Ollama: a text, and pictures as bytes. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { ChatMessage, ContentPart } from '../../schema/openai/chat.js';
import { contentParts, isWebUrl, parseDataUrl } from '../../schema/openai/content.js';
import type { FetchedMedia } from '../../spec/chat-adapter.js';

type Media = ReadonlyMap<string, FetchedMedia> | undefined;

export interface MessageParts {
  readonly text: string;
  /** Base64. */
  readonly images: readonly string[];
}

/** Addresses of pictures: Ollama fetches none. */
export function remoteImages(messages: readonly ChatMessage[]): readonly string[] {
  return messages.flatMap(({ content }) => (contentParts(content) ?? []).map(imageUrl).filter(isRemote));
}

export function readParts({ content }: ChatMessage, media: Media): MessageParts {
  const parts = contentParts(content);
  if (!parts) throw refused('The content of a message must be a text or a list of parts.');
  let text = '';
  const images: string[] = [];
  for (const part of parts) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'refusal') text += part.refusal;
    else if (part.type === 'image_url') images.push(toBase64(imageUrl(part) ?? '', media));
    else throw refused(`Ollama takes texts and pictures, no parts of the type ${part.type}.`);
  }
  return { text, images };
}

function imageUrl(part: ContentPart): string | undefined {
  if (part.type !== 'image_url') return undefined;
  return typeof part.image_url === 'string' ? part.image_url : part.image_url.url;
}

function isRemote(url: string | undefined): url is string {
  return url !== undefined && isWebUrl(url);
}

function toBase64(url: string, media: Media): string {
  // Clients written for Ollama send the bytes alone.
  return media?.get(url)?.base64 ?? parseDataUrl(url)?.base64 ?? url;
}

export function refused(reason: string, param = 'messages'): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason } });
}
