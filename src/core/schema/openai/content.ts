/** Reads the content of chat messages: texts, addresses and data URLs, as every adapter needs them. */
import type { ChatMessage, ContentPart } from './chat.js';

/** The content as parts; a text is one part, nothing is none. Undefined where it is neither a text nor a list. */
export function contentParts(content: ChatMessage['content']): readonly ContentPart[] | undefined {
  if (content === null || content === undefined) return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? (content as readonly ContentPart[]) : undefined;
}

/** The text parts, joined; other parts say nothing here. */
export function textOf(content: ChatMessage['content']): string {
  let text = '';
  for (const part of contentParts(content) ?? []) {
    if (part?.type === 'text' && typeof part.text === 'string') text += part.text;
    else if (part?.type === 'refusal' && typeof part.refusal === 'string') text += part.refusal;
  }
  return text;
}

/** True for a text without a visible character. */
export function isBlank(text: string): boolean {
  return text.trimStart() === '';
}

export function isWebUrl(text: string): boolean {
  return text.startsWith('https://') || text.startsWith('http://');
}

export interface DataUrl {
  /** Lower case, without parameters: `image/png`; `text/plain` where the URL names none. */
  readonly mediaType: string;
  readonly base64: string;
}

/** Undefined for what is no data URL (https://datatracker.ietf.org/doc/html/rfc2397). */
export function parseDataUrl(url: string): DataUrl | undefined {
  const comma = url.startsWith('data:') ? url.indexOf(',') : -1;
  if (comma === -1) return undefined;
  const [mediaType, ...attributes] = url.slice('data:'.length, comma).split(';');
  const data = url.slice(comma + 1);
  return {
    mediaType: mediaType === undefined || mediaType === '' ? 'text/plain' : mediaType.trim().toLowerCase(),
    base64: attributes.includes('base64') ? data : Buffer.from(percentDecoded(data)).toString('base64'),
  };
}

function percentDecoded(data: string): string {
  try {
    return decodeURIComponent(data);
  } catch {
    // A stray per cent sign: the data stands for itself.
    return data;
  }
}
