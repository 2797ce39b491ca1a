/** Pictures, documents, videos and sound as Converse's blocks: bytes, or a place in S3. */
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
import { parseDataUrl } from '../../../schema/openai/content.js';
import { refuse } from '../provider-id.js';
import type { AudioBlock, AudioFormat, DocumentFormat, ImageFormat, MediaBlock, Source, VideoFormat } from './wire.js';

const imageFormats = new Map<string, ImageFormat>(
  Object.entries({ png: 'png', jpeg: 'jpeg', jpg: 'jpeg', gif: 'gif', webp: 'webp' }),
);
const videoFormats = new Map<string, VideoFormat>(
  Object.entries({
    ...{ mp4: 'mp4', webm: 'webm', mpeg: 'mpeg', mpg: 'mpg', mkv: 'mkv', 'x-matroska': 'mkv', mov: 'mov' },
    ...{
      quicktime: 'mov',
      flv: 'flv',
      'x-flv': 'flv',
      wmv: 'wmv',
      'x-ms-wmv': 'wmv',
      '3gpp': 'three_gp',
      '3gp': 'three_gp',
    },
  }) as [string, VideoFormat][],
);
const documentFormats = new Map<string, DocumentFormat>(
  Object.entries({
    ...{ pdf: 'pdf', csv: 'csv', html: 'html', htm: 'html', plain: 'txt', txt: 'txt', markdown: 'md', md: 'md' },
    ...{ msword: 'doc', doc: 'doc', docx: 'docx', xls: 'xls', xlsx: 'xlsx', 'vnd.ms-excel': 'xls', json: 'txt' },
    'vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
    'vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  }) as [string, DocumentFormat][],
);
const audioFormats = new Map<string, AudioFormat>(
  Object.entries({
    ...{ mp3: 'mp3', mpeg: 'mp3', wav: 'wav', 'x-wav': 'wav', ogg: 'ogg', opus: 'opus', flac: 'flac', aac: 'aac' },
    ...{ m4a: 'm4a', webm: 'webm', pcm: 'pcm', pcm16: 'pcm' },
  }) as [string, AudioFormat][],
);

/** Names of the documents of one request: Bedrock wants each to have one of its own, of few characters. */
export class DocumentNames {
  private readonly taken = new Set<string>();

  /** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html */
  next(filename: unknown): string {
    const given = typeof filename === 'string' ? filename.replace(/\.[a-z0-9]{1,5}$/i, '') : '';
    const stem =
      given
        .replace(/[^a-zA-Z0-9\s\-()[\]]/g, ' ')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 190) || 'document';
    let name = stem;
    for (let count = 2; this.taken.has(name); count += 1) name = `${stem} ${count}`;
    this.taken.add(name);
    return name;
  }
}

export interface MediaFacts {
  /** A media type that the client gave; it goes before what the link says. */
  readonly format?: unknown;
  readonly filename?: unknown;
  /** What the part's kind makes of a link that says nothing. */
  readonly fallback?: string;
  readonly citations?: unknown;
  readonly context?: unknown;
}

/** @param link a data URL, or an address in S3 */
export function mediaBlock(
  link: string,
  facts: MediaFacts,
  names: DocumentNames,
  param: string,
): MediaBlock | AudioBlock {
  const data = parseDataUrl(link);
  if (!data && !link.startsWith('s3://'))
    return refuse(param, 'Bedrock takes files as data URLs and at s3:// addresses, not by id');
  const source: Source = data ? { bytes: data.base64 } : { s3Location: { uri: link } };
  const given = typeof facts.format === 'string' ? facts.format : undefined;
  const named = data?.mediaType === 'application/octet-stream' ? undefined : data?.mediaType;
  const mediaType =
    given ?? named ?? extensionOf(facts.filename) ?? (data ? undefined : extensionOf(link)) ?? facts.fallback;
  const [kind, subtype] = splitType(mediaType ?? '');
  const image = kind === 'image' || kind === '' ? imageFormats.get(subtype) : undefined;
  if (image) return { image: { format: image, source } };
  const audio = kind === 'audio' ? audioFormats.get(subtype) : undefined;
  if (audio) return { audio: { format: audio, source } };
  const video = kind === 'video' || kind === '' ? videoFormats.get(subtype) : undefined;
  if (video) return { video: { format: video, source } };
  const document = kind === 'text' || kind === 'application' || kind === '' ? documentFormats.get(subtype) : undefined;
  if (!document) return refuse(param, `Bedrock takes no files of the type ${mediaType ?? 'unknown'}`);
  const { citations, context } = facts;
  const cites = (citations as { enabled?: unknown } | undefined)?.enabled === true;
  return {
    document: {
      format: document,
      name: names.next(facts.filename),
      source,
      ...(typeof context === 'string' && context !== '' && { context }),
      ...(cites && { citations: { enabled: true } }),
    },
  };
}

export function audioBlock(data: string, format: string, param: string): AudioBlock {
  const known = audioFormats.get(format);
  return known
    ? { audio: { format: known, source: { bytes: data } } }
    : refuse(param, `Bedrock takes no ${format} sound`);
}

/** `image/png` is both, `png` a subtype alone. */
function splitType(mediaType: string): [string, string] {
  const [first = '', second] = mediaType.toLowerCase().split(';')[0]?.trim().split('/') ?? [];
  return second === undefined ? ['', first] : [first, second];
}

function extensionOf(name: unknown): string | undefined {
  return typeof name === 'string' ? /\.([a-z0-9]{2,5})$/i.exec(name)?.[1]?.toLowerCase() : undefined;
}
