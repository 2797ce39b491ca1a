/** OpenAI's content parts as Converse's content blocks. */
import type { CacheControl, ChatMessage, ContentPart } from '../../../schema/openai/chat.js';
import { isBlank } from '../../../schema/openai/content.js';
import { refuse } from '../provider-id.js';
import { audioBlock, mediaBlock, type DocumentNames } from './media-blocks.js';
import type { AudioBlock, CachePoint, GuardContent, MediaBlock, TextBlock } from './wire.js';

export type ContentBlock = TextBlock | MediaBlock | AudioBlock | GuardContent | CachePoint;

/** A part as clients send it: OpenAI's, Anthropic's, or LiteLLM's `guarded_text`. */
interface AnyPart {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly refusal?: unknown;
  readonly image_url?: unknown;
  readonly video_url?: unknown;
  readonly file?: unknown;
  readonly input_audio?: unknown;
  readonly source?: unknown;
  readonly title?: unknown;
  readonly context?: unknown;
  readonly citations?: unknown;
  readonly cache_control?: CacheControl | null;
}

/** Bedrock refuses text without a visible character, so such parts are left out. */
export function buildBlocks(content: ChatMessage['content'], names: DocumentNames, param: string): ContentBlock[] {
  if (content === null || content === undefined) return [];
  if (typeof content === 'string') return isBlank(content) ? [] : [{ text: content }];
  if (!Array.isArray(content)) return refuse(param, 'content is neither a text nor a list of parts');
  const blocks: ContentBlock[] = [];
  for (const part of content as readonly (ContentPart | null)[]) {
    if (typeof part !== 'object' || part === null) return refuse(param, 'a content part is not an object');
    const given = part as AnyPart;
    const block = buildBlock(given, names, param);
    if (block) blocks.push(block, ...cachePoint(given.cache_control));
  }
  return blocks;
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html; five minutes where nothing is said. */
export function cachePoint(marker: CacheControl | null | undefined): CachePoint[] {
  if (!marker) return [];
  return [{ cachePoint: { type: 'default', ...(marker.ttl === '1h' && { ttl: '1h' }) } }];
}

function buildBlock(part: AnyPart, names: DocumentNames, param: string): ContentBlock | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
    case 'guarded_text': {
      const text = part.type === 'refusal' ? part.refusal : part.text;
      if (typeof text !== 'string') return refuse(param, 'a text part has no text');
      if (isBlank(text)) return undefined;
      return part.type === 'guarded_text' ? { guardContent: { text: { text } } } : { text };
    }
    case 'image_url':
    case 'video_url': {
      const isImage = part.type === 'image_url';
      const { url, format } = linkOf(isImage ? part.image_url : part.video_url);
      if (typeof url !== 'string') return refuse(param, `a part of the type ${part.type} has no url`);
      return mediaBlock(url, { format, fallback: isImage ? 'image/png' : 'video/mp4' }, names, param);
    }
    case 'file': {
      const { file_data: data, file_id: id, filename, format } = objectOf(part.file);
      const link =
        typeof data === 'string' && isPlainBase64(data)
          ? `data:${typeOf(format, filename)};base64,${data}`
          : (data ?? id);
      if (typeof link !== 'string') return refuse(param, 'a file part has neither file_data nor file_id');
      return mediaBlock(
        link,
        { format, filename, fallback: 'application/pdf', citations: part.citations },
        names,
        param,
      );
    }
    case 'input_audio': {
      const { data, format } = objectOf(part.input_audio);
      if (typeof data !== 'string' || typeof format !== 'string')
        return refuse(param, 'a sound part has no data or format');
      return audioBlock(data, format, param);
    }
    case 'image':
    case 'document':
      return anthropicBlock(part, names, param);
    default:
      return refuse(param, `Bedrock takes no parts of the type ${String(part.type)}`);
  }
}

/** Anthropic's form: https://platform.claude.com/docs/en/build-with-claude/pdf-support */
function anthropicBlock(part: AnyPart, names: DocumentNames, param: string): ContentBlock {
  const { type, data, media_type: mediaType, url } = objectOf(part.source);
  const text = type === 'text' && typeof data === 'string' ? Buffer.from(data).toString('base64') : data;
  const link =
    typeof text === 'string' ? `data:${typeof mediaType === 'string' ? mediaType : 'text/plain'};base64,${text}` : url;
  if (typeof link !== 'string') return refuse(param, `a part of the type ${String(part.type)} has no data`);
  const { title: filename, context, citations } = part;
  return mediaBlock(link, { filename, context, citations }, names, param);
}

function linkOf(value: unknown): { readonly url?: unknown; readonly format?: unknown } {
  return typeof value === 'string' ? { url: value } : objectOf(value);
}

function isPlainBase64(data: string): boolean {
  return !data.startsWith('data:') && !data.includes('://');
}

function typeOf(format: unknown, filename: unknown): string {
  if (typeof format === 'string') return format;
  return typeof filename === 'string' && /\.\w+$/.test(filename) ? 'application/octet-stream' : 'application/pdf';
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
