/** OpenAI's content parts as Anthropic's content blocks. */
import type { AnthropicBlock, AnthropicMedia, AnthropicSource } from '../../schema/anthropic/messages.js';
import type { CacheControl, ChatMessage, ContentPart, RefusalPart } from '../../schema/openai/chat.js';
import { isBlank, isWebUrl, parseDataUrl } from '../../schema/openai/content.js';
import { refuse } from './refuse.js';

/** Anthropic refuses text without a visible character, so such parts are left out. */
export function buildBlocks(content: ChatMessage['content'], param: string, betas: Set<string>): AnthropicBlock[] {
  if (content === null || content === undefined) return [];
  if (typeof content === 'string') return isBlank(content) ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) return refuse(param, 'content is neither a text nor a list of parts');
  const blocks: AnthropicBlock[] = [];
  for (const part of content as readonly ContentPart[]) {
    const block = buildBlock(part, param, betas);
    if (block) blocks.push(block);
  }
  return blocks;
}

function buildBlock(part: ContentPart | null, param: string, betas: Set<string>): AnthropicBlock | undefined {
  if (typeof part !== 'object' || part === null) return refuse(param, 'a content part is not an object');
  switch (part.type) {
    case 'text':
    case 'refusal': {
      const text = part.type === 'text' ? part.text : part.refusal;
      if (typeof text !== 'string') return refuse(param, 'a text part has no text');
      return isBlank(text) ? undefined : { type: 'text', text, ...cacheControl(part) };
    }
    case 'image_url': {
      const image = typeof part.image_url === 'string' ? { url: part.image_url } : part.image_url;
      if (typeof image?.url !== 'string') return refuse(param, 'an image_url part has no url');
      return { ...buildMedia(image.url, image.format, 'image', param), ...cacheControl(part) };
    }
    case 'file':
      return { ...buildFile(part.file ?? {}, param, betas), ...cacheControl(part) };
    case 'input_audio':
      return refuse(param, 'Anthropic takes no audio');
    default:
      // A block of Anthropic's own: document, search_result, container_upload, ...
      return part;
  }
}

function buildFile(
  file: { file_data?: string; file_id?: string; format?: string },
  param: string,
  betas: Set<string>,
): AnthropicMedia {
  const link = file.file_data ?? file.file_id;
  if (typeof link !== 'string') return refuse(param, 'a file part has neither file_data nor file_id');
  const type = file.format?.startsWith('image/') ? 'image' : 'document';
  if (link.startsWith('data:') || isWebUrl(link)) return buildMedia(link, file.format, type, param);
  if (file.file_data !== undefined) {
    return media(file.format ?? 'application/pdf', link);
  }
  // https://platform.claude.com/docs/en/build-with-claude/files
  betas.add('files-api-2025-04-14');
  return { type, source: { type: 'file', file_id: link } };
}

function buildMedia(
  url: string,
  format: string | undefined,
  type: 'image' | 'document',
  param: string,
): AnthropicMedia {
  if (isWebUrl(url)) return { type, source: { type: 'url', url } };
  const data = parseDataUrl(url);
  if (!data) return refuse(param, 'an image or file is neither an http(s) URL nor a data URL');
  return media(format ?? data.mediaType, data.base64);
}

function media(mediaType: string, base64: string): AnthropicMedia {
  const isText = mediaType.startsWith('text/') || mediaType === 'application/json';
  const source: AnthropicSource = isText
    ? { type: 'text', media_type: 'text/plain', data: Buffer.from(base64, 'base64').toString() }
    : { type: 'base64', media_type: mediaType === 'image/jpg' ? 'image/jpeg' : mediaType, data: base64 };
  return { type: mediaType.startsWith('image/') ? 'image' : 'document', source };
}

function cacheControl(part: { cache_control?: CacheControl } | RefusalPart): Pick<AnthropicMedia, 'cache_control'> {
  return 'cache_control' in part && part.cache_control ? { cache_control: part.cache_control } : {};
}
