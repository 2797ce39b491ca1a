/** Reads a form whose file may be of any size: what comes is written to the disk as it comes, and read from there again. */
import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Busboy, type BusboyFileStream, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { GatewayError } from '../core/errors/gateway-error.js';

const readBytes = 64 * 1024;

/** A file on the disk without a name there: it is gone with its handle, also where the process dies. */
export class HeldFile {
  bytes = 0;

  private constructor(
    readonly name: string,
    readonly contentType: string,
    private readonly handle: FileHandle,
  ) {}

  static async open(name: string, contentType: string): Promise<HeldFile> {
    const path = join(tmpdir(), `tollgate-upload-${randomUUID()}`);
    const handle = await open(path, 'wx+', 0o600);
    await unlink(path);
    return new HeldFile(name, contentType, handle);
  }

  async append(chunk: Buffer): Promise<void> {
    for (let from = 0; from < chunk.length;) {
      const { bytesWritten } = await this.handle.write(chunk, from, chunk.length - from, this.bytes);
      from += bytesWritten;
      this.bytes += bytesWritten;
    }
  }

  /** From the first byte, each time. */
  async *read(): AsyncGenerator<Buffer> {
    for (let position = 0; ;) {
      const { buffer, bytesRead } = await this.handle.read(Buffer.allocUnsafe(readBytes), 0, readBytes, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

export interface UploadForm {
  /** Texts, in the order in which they came; a name may stand more than once. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Undefined where the form has none of the wanted name. */
  readonly file: HeldFile | undefined;
  /** Once for each form; nothing can be read from its file after that. */
  close(): Promise<void>;
}

const formLimits = { fields: 100, files: 1, fieldNameSize: 256, fieldSize: 64 * 1024, headerPairs: 20 };
/** What the form may be longer than its file. */
const aroundFileBytes = 1024 * 1024;

/**
 * The form, its one file under `fileField` on the disk.
 *
 * @throws GatewayError `body_too_large`, `client_closed`, `invalid_request`, or `malformed_request` for what is no form
 */
export async function readUpload(
  request: IncomingMessage,
  fileField: string,
  maxFileBytes: number,
): Promise<UploadForm> {
  if (request.destroyed) throw new GatewayError('client_closed');
  if (Number(request.headers['content-length']) > maxFileBytes + aroundFileBytes) throw tooLarge(maxFileBytes);
  const reader = new FormReader(fileField, maxFileBytes);
  try {
    await reader.read(request);
  } catch (error) {
    await reader.close();
    throw error;
  }
  return reader;
}

class FormReader implements UploadForm {
  readonly fields: (readonly [string, string])[] = [];
  file: HeldFile | undefined;
  private writing: Promise<void> = Promise.resolve();
  private stream: BusboyFileStream | undefined;

  constructor(
    private readonly fileField: string,
    private readonly maxFileBytes: number,
  ) {}

  async close(): Promise<void> {
    await this.writing.catch(() => undefined); // told by `read`
    await this.file?.close();
  }

  read(request: IncomingMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const parser = this.openParser(request);
      const fail = (error: GatewayError): void => {
        stop();
        request.unpipe(parser);
        request.pause();
        parser.destroy();
        this.stream?.destroy();
        reject(error);
      };
      // Every request closes in the end; one that was read to its end has not been left.
      const leave = (): void => {
        if (!request.readableEnded) fail(new GatewayError('client_closed'));
      };
      const stop = (): void => void request.off('close', leave).off('error', leave);
      parser.on('field', (name, value, nameTruncated, valueTruncated) => {
        if (nameTruncated || valueTruncated) fail(refused(name, 'is longer than a text of a form may be'));
        else this.fields.push([name, value]);
      });
      parser.on('file', (name, stream, filename, _encoding, contentType) => {
        if (name === this.fileField) this.writing = this.hold(stream, filename, contentType);
        else fail(refused(name, 'is a file, and no file is taken under that name'));
        this.writing.catch((error: unknown) => fail(toGatewayError(error)));
      });
      parser.on('filesLimit', () => fail(refused(this.fileField, 'must be one file; there are several')));
      parser.on('fieldsLimit', () => fail(refused(null, 'The form has more fields than are taken.')));
      parser.on('error', (cause) => fail(noForm(cause)));
      parser.on('finish', () => {
        stop();
        this.writing.then(resolve, (error: unknown) => reject(toGatewayError(error)));
      });
      request.once('close', leave).once('error', leave);
      request.pipe(parser);
    });
  }

  private openParser({ headers }: IncomingMessage): BusboyInstance {
    try {
      // One byte more than is taken tells a file that is too large from one that just fits.
      const limits = { ...formLimits, fileSize: this.maxFileBytes + 1 };
      return new Busboy({ headers: headers as BusboyHeaders, limits });
    } catch (cause) {
      throw noForm(cause);
    }
  }

  private async hold(stream: BusboyFileStream, filename: string, contentType: string): Promise<void> {
    this.stream = stream;
    // Whoever reads it hears of its errors; until then nobody does.
    stream.on('error', () => undefined);
    const file = await HeldFile.open(nameOf(filename) || this.fileField, contentType);
    this.file = file;
    for await (const chunk of stream) {
      await file.append(chunk as Buffer);
      if (file.bytes > this.maxFileBytes) throw tooLarge(this.maxFileBytes);
    }
  }
}

/** As clients write a name with a quotation mark in it: https://html.spec.whatwg.org/#multipart-form-data */
function nameOf(filename: string): string {
  return filename.replaceAll('%22', '"');
}

function tooLarge(maxFileBytes: number): GatewayError {
  const message = `The file is larger than ${maxFileBytes} bytes. Send less, or raise \`general_settings.max_file_size_mb\`.`;
  return new GatewayError('body_too_large', { message, param: 'file' });
}

function refused(name: string | null, what: string): GatewayError {
  const reason = name === null ? what : `\`${name.slice(0, 100)}\` ${what}.`;
  return new GatewayError('invalid_request', {
    ...(name !== null && { param: name.slice(0, 100) }),
    facts: { reason },
  });
}

function noForm(cause: unknown): GatewayError {
  const reason = 'its body is no multipart form as its content type says. Let your client set the boundary';
  return new GatewayError('malformed_request', { facts: { reason }, cause });
}

function toGatewayError(error: unknown): GatewayError {
  return error instanceof GatewayError
    ? error
    : new GatewayError('internal', { cause: error, detail: 'An upload could not be held on the disk.' });
}
