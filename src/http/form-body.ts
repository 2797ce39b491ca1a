/** Reads a multipart form once its caller is known: its files and texts, by their names, with large files on disk. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import type { FileFacts, UploadedFile } from '../core/schema/uploaded-file.js';
import { FileOnDisk } from './file-on-disk.js';
import { malformedForm } from './form-headers.js';
import { FormParts } from './form-parts.js';

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
/** Of all files together; what does not fit any more goes to disk. */
const mostFileBytes = 256 * 1024;

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
  const values = new FormValues(folder);
  const fields = new Map<string, FormValue[]>();
  try {
    for await (const part of parts) {
      const value = part.file ? await values.readFile(part.file, part.content) : await values.readText(part.content);
      const known = fields.get(part.name);
      if (known) known.push(value);
      else fields.set(part.name, [value]);
    }
  } catch (error) {
    await values.close();
    throw error;
  }
  return { length: parts.bytesRead, fields, close: () => values.close() };
}

/** Reads the contents of one form's parts into the memory that the form may have, and beyond it to disk. */
class FormValues {
  private textBytesLeft = mostTextBytes;
  private fileBytesLeft = mostFileBytes;
  private readonly onDisk: FileOnDisk[] = [];

  constructor(private readonly folder: string) {}

  async readText(content: AsyncIterable<Buffer>): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of content) {
      this.textBytesLeft -= chunk.length;
      if (this.textBytesLeft < 0)
        throw malformedForm(`its texts are larger than ${mostTextBytes} bytes. Send files with a file name`);
      chunks.push(chunk);
    }
    return decode(Buffer.concat(chunks));
  }

  async readFile(facts: FileFacts, content: AsyncIterable<Buffer>): Promise<UploadedFile> {
    const chunks: Buffer[] = [];
    let length = 0;
    let source: FileOnDisk | undefined;
    for await (const chunk of content) {
      length += chunk.length;
      chunks.push(chunk);
      if (!source && length <= this.fileBytesLeft) continue;
      source ??= await this.toDisk();
      for (const kept of chunks.splice(0)) await source.append(kept);
    }
    if (source) return { ...facts, source, salt: randomUUID() };
    this.fileBytesLeft -= length;
    return { ...facts, bytes: Buffer.concat(chunks) };
  }

  async close(): Promise<void> {
    await Promise.all(this.onDisk.map((file) => file.close()));
  }

  private async toDisk(): Promise<FileOnDisk> {
    const file = await FileOnDisk.create(this.folder);
    this.onDisk.push(file);
    return file;
  }
}

function decode(text: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  } catch (cause) {
    throw malformedForm('a text is not encoded in UTF-8', cause);
  }
}
