/** Reads a form whose file may be of any size: what comes is written to the disk as it comes, and read from there again. */
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { GatewayError } from '../core/errors/gateway-error.js';
import { FileOnDisk } from './file-on-disk.js';
import { FormParts, type FormPart } from './form-parts.js';

export interface HeldFile {
  readonly name: string;
  readonly contentType: string;
  readonly content: FileOnDisk;
}

export interface UploadForm {
  /** Texts, in the order in which they came; a name may stand more than once. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Undefined where the form has none of the wanted name. */
  readonly file: HeldFile | undefined;
  /** Once for each form; nothing can be read from its file after that. */
  close(): Promise<void>;
}

const mostParts = 101;
const longestText = 64 * 1024;
/** What the form may be longer than its file. */
const aroundFileBytes = 1024 * 1024;

/**
 * The form, its one file under `fileField` on the disk.
 *
 * @throws GatewayError `body_too_large`, `client_closed`, `invalid_request`, `upload_storage_unavailable`, or `malformed_request`
 * for what is no form
 */
export async function readUpload(
  request: IncomingMessage,
  fileField: string,
  maxFileBytes: number,
): Promise<UploadForm> {
  const reader = new UploadReader(fileField, maxFileBytes);
  try {
    for await (const part of new FormParts(request, { bytes: maxFileBytes + aroundFileBytes, parts: mostParts }))
      await reader.take(part);
  } catch (error) {
    await reader.close();
    throw error;
  }
  return reader;
}

class UploadReader implements UploadForm {
  readonly fields: (readonly [string, string])[] = [];
  file: HeldFile | undefined;

  constructor(
    private readonly fileField: string,
    private readonly maxFileBytes: number,
  ) {}

  async close(): Promise<void> {
    await this.file?.content.close();
  }

  async take({ name, file, content }: FormPart): Promise<void> {
    if (!file) this.fields.push([name, await textOf(name, content)]);
    else if (name !== this.fileField) throw refused(name, 'is a file, and no file is taken under that name');
    else if (this.file) throw refused(name, 'must be one file; there are several');
    else await this.hold(file, content);
  }

  private async hold(facts: NonNullable<FormPart['file']>, content: FormPart['content']): Promise<void> {
    const held = await FileOnDisk.create(tmpdir());
    this.file = { name: facts.name || this.fileField, contentType: facts.contentType, content: held };
    for await (const chunk of content as AsyncIterable<Buffer>) {
      await held.append(chunk);
      if (held.size > this.maxFileBytes) throw tooLarge(this.maxFileBytes);
    }
  }
}

async function textOf(name: string, content: FormPart['content']): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestText) throw refused(name, 'is longer than a text of a form may be');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(maxFileBytes: number): GatewayError {
  const message = `The file is larger than ${maxFileBytes} bytes. Send less, or raise \`general_settings.max_file_size_mb\`.`;
  return new GatewayError('body_too_large', { message, param: 'file' });
}

function refused(name: string, what: string): GatewayError {
  const param = name.slice(0, 100);
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` ${what}.` } });
}
