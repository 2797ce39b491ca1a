/** Writes `multipart/form-data` bodies: the same fields give the same bytes. */
// https://www.rfc-editor.org/rfc/rfc7578
import { createHash } from 'node:crypto';
import { isStored, type ByteSource, type UploadedFile } from '../../../schema/uploaded-file.js';
import type { OutboundRequest } from '../../../spec/outbound.js';

export type FormField = readonly [name: string, value: string | UploadedFile];

export interface FormBody extends Pick<OutboundRequest, 'body' | 'pieces'> {
  /** With the boundary. */
  readonly contentType: string;
}

/** So much of each value goes into the boundary; that the boundary is in no value is checked over the whole. */
const hashedBytes = 4096;

/** In one piece where all of it is in memory. */
export function encodeForm(fields: readonly FormField[]): FormBody {
  const parts = fields.map(([name, value]) => ({ name, value, content: contentOf(value) }));
  const boundary = findBoundary(parts.map(({ content }) => content).filter(isBuffer), saltsOf(fields));
  const pieces = parts.flatMap(({ name, value, content }) => [
    Buffer.from(partHead(boundary, name, value)),
    content,
    Buffer.from('\r\n'),
  ]);
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  const contentType = `multipart/form-data; boundary=${boundary}`;
  return pieces.every(isBuffer) ? { contentType, body: Buffer.concat(pieces) } : { contentType, pieces };
}

function contentOf(value: string | UploadedFile): Buffer | ByteSource {
  if (typeof value === 'string') return Buffer.from(value);
  if (isStored(value)) return value.source;
  const { buffer, byteOffset, byteLength } = value.bytes;
  return Buffer.from(buffer, byteOffset, byteLength);
}

function isBuffer(content: Buffer | ByteSource): content is Buffer {
  return Buffer.isBuffer(content);
}

function saltsOf(fields: readonly FormField[]): string {
  return fields.map(([, value]) => (typeof value !== 'string' && isStored(value) ? value.salt : '')).join();
}

export function partHead(boundary: string, name: string, value: string | UploadedFile): string {
  const field = `--${boundary}\r\ncontent-disposition: form-data; name="${quotable(name)}"`;
  if (typeof value === 'string') return `${field}\r\n\r\n`;
  return `${field}; filename="${quotable(value.name)}"\r\ncontent-type: ${mediaType(value.contentType)}\r\n\r\n`;
}

/** What a name may not say by itself, as browsers write it: https://html.spec.whatwg.org/#multipart-form-data */
function quotable(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** A client's word for its file must not become a header of its own. */
function mediaType(given: string): string {
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:; ?[\w-]+=[\w.+-]+)*$/.test(given) ? given : 'application/octet-stream';
}

function findBoundary(contents: readonly Buffer[], salt: string): string {
  const hash = createHash('sha256').update(salt);
  for (const content of contents) hash.update(`${content.length};`).update(content.subarray(0, hashedBytes));
  const seed = hash.digest('hex').slice(0, 32);
  for (let attempt = 0; ; attempt += 1) {
    const boundary = `form-${seed}-${attempt}`;
    if (!contents.some((content) => content.includes(boundary))) return boundary;
  }
}
