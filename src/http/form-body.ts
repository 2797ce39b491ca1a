/** Reads a multipart form once its caller is known: its files and texts, by their names, with large files on disk. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import type { UploadedFile } from '../core/schema/uploaded-file.js';
import { FileOnDisk } from './file-on-disk.js';
import { malformedForm } from './form-headers.js';
import { FormParts, type FormPart } from './form-parts.js';

export type FormValue = string | UploadedFile;

export interface FormBody {
  /** Of the whole form, as it came. */
  readonly length: number;
  /** In the order in which they came; a name may stand more than once. */
  readonly fields: ReadonlyMap<string, readonly FormValue[]>;
  /** Lets go of the files: to be called once nothing reads them any more. */
  close(): Promise<void>;
}

/** More than any endpoint has fields. */
const mostParts = 500;
/** Of all texts together. */
const mostTextBytes = 4 * 1024 * 1024;
/** A file is in memory up to here. */
const mostBytesInMemory = 256 * 1024;

/**
 * @param folder for files that are too large for memory; the system's (`TMPDIR`) where none is given
 * @throws GatewayError `body_too_large`, `client_closed`, `upload_storage_unavailable`, or `malformed_request` for what is no form
 */
export async function readForm(
  request: IncomingMessage,
  limitBytes: number,
  folder: string = tmpdir(),
): Promise<FormBody> {
  const parts = new FormParts(request, { bytes: limitBytes, parts: mostParts });
  const fields = new Map<string, FormValue[]>();
  const onDisk: FileOnDisk[] = [];
  const toDisk = async (): Promise<FileOnDisk> => {
    const file = await FileOnDisk.create(folder);
    onDisk.push(file);
    return file;
  };
  const close = async (): Promise<void> => {
    await Promise.all(onDisk.map((file) => file.close()));
  };
  let textBytes = 0;
  try {
    for await (const part of parts) {
      let value: FormValue;
      if (part.file) value = await readFile(part.file, part.content, toDisk);
      else {
        const text = await readText(part, mostTextBytes - textBytes);
        textBytes += text.length;
        value = decode(text);
      }
      const known = fields.get(part.name);
      if (known) known.push(value);
      else fields.set(part.name, [value]);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { length: parts.bytesRead, fields, close };
}

async function readText({ content }: FormPart, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let left = mostBytes;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    left -= chunk.length;
    if (left < 0) throw malformedForm(`its texts are larger than ${mostTextBytes} bytes. Send files with a file name`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decode(text: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  } catch (cause) {
    throw malformedForm('a text is not encoded in UTF-8', cause);
  }
}

/** @param toDisk asked for a place where the file is a large one */
async function readFile(
  facts: { readonly name: string; readonly contentType: string },
  content: AsyncIterable<Buffer>,
  toDisk: () => Promise<FileOnDisk>,
): Promise<UploadedFile> {
  const chunks: Buffer[] = [];
  let length = 0;
  let source: FileOnDisk | undefined;
  for await (const chunk of content) {
    length += chunk.length;
    chunks.push(chunk);
    if (!source && length <= mostBytesInMemory) continue;
    source ??= await toDisk();
    for (const kept of chunks.splice(0)) await source.append(kept);
  }
  return source ? { ...facts, source, salt: randomUUID() } : { ...facts, bytes: Buffer.concat(chunks) };
}
