/** Writes `multipart/form-data` bodies: the same fields give the same bytes. */
// https://www.rfc-editor.org/rfc/rfc7578
import { createHash } from 'node:crypto';
import type { UploadedFile } from '../../../schema/openai/images.js';

export type FormField = readonly [name: string, value: string | UploadedFile];

export interface FormBody {
  /** With the boundary. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** So much of each value goes into the boundary; that the boundary is in no value is checked over the whole. */
const hashedBytes = 4096;

export function encodeForm(fields: readonly FormField[]): FormBody {
  const contents = fields.map(([, value]) => (typeof value === 'string' ? Buffer.from(value) : toBuffer(value.bytes)));
  const boundary = findBoundary(contents);
  const parts: Buffer[] = [];
  fields.forEach(([name, value], index) => {
    parts.push(Buffer.from(partHead(boundary, name, value)), contents[index] as Buffer, Buffer.from('\r\n'));
  });
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(parts) };
}

export function isUploadedFile(value: unknown): value is UploadedFile {
  return typeof value === 'object' && value !== null && (value as { bytes?: unknown }).bytes instanceof Uint8Array;
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

function findBoundary(contents: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(`${content.length};`).update(content.subarray(0, hashedBytes));
  const seed = hash.digest('hex').slice(0, 32);
  for (let attempt = 0; ; attempt += 1) {
    const boundary = `form-${seed}-${attempt}`;
    if (!contents.some((content) => content.includes(boundary))) return boundary;
  }
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
