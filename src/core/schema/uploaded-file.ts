/** Files of multipart forms: in memory, or kept elsewhere and read while they are sent. */
import { GatewayError } from '../errors/gateway-error.js';

export type UploadedFile = FileInMemory | StoredFile;

export interface FileFacts {
  readonly name: string;
  readonly contentType: string;
}

export interface FileInMemory extends FileFacts {
  readonly bytes: Uint8Array;
}

export interface StoredFile extends FileFacts {
  readonly source: ByteSource;
  /** Nobody could know it when the content was written: a form's boundary is made from it, since the content is not looked at. */
  readonly salt: string;
}

/** Bytes that can be read as often as they are needed, each time from their beginning. */
export interface ByteSource {
  readonly size: number;
  read(): AsyncIterable<Uint8Array>;
}

export function isUploadedFile(value: unknown): value is UploadedFile {
  if (typeof value !== 'object' || value === null) return false;
  return (value as { bytes?: unknown }).bytes instanceof Uint8Array || isStored(value);
}

export function isStored(value: object): value is StoredFile {
  return typeof (value as { source?: Partial<ByteSource> }).source?.read === 'function';
}

export function sizeOf(file: UploadedFile): number {
  return isStored(file) ? file.source.size : file.bytes.length;
}

/** For adapters that declare `inlinesFiles`: they are given files in memory alone. */
export function bytesOf(file: UploadedFile): Uint8Array {
  if (!isStored(file)) return file.bytes;
  throw new GatewayError('internal', {
    detail: 'A stored file was not loaded: its adapter must declare inlinesFiles.',
  });
}
