/** Bytes that a request brought and that are too many for memory: in a file that is gone with the request, or with the process. */
import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { ByteSource } from '../core/schema/uploaded-file.js';

const chunkBytes = 64 * 1024;

/**
 * The file has no name once it is open: nobody else can open it, and however the request or the process ends, the system
 * frees its space.
 */
export class FileOnDisk implements ByteSource {
  size = 0;

  private constructor(private readonly handle: FileHandle) {}

  /** @throws GatewayError `upload_storage_unavailable`, as `append` */
  static async create(folder: string): Promise<FileOnDisk> {
    const path = join(folder, `tollgate-upload-${randomUUID()}`);
    try {
      // Never a file that is there already, nor where a link leads to.
      const handle = await open(path, 'wx+', 0o600);
      await unlink(path);
      return new FileOnDisk(handle);
    } catch (cause) {
      throw new GatewayError('upload_storage_unavailable', { cause });
    }
  }

  async append(bytes: Uint8Array): Promise<void> {
    try {
      await this.handle.appendFile(bytes);
    } catch (cause) {
      throw new GatewayError('upload_storage_unavailable', { cause });
    }
    this.size += bytes.length;
  }

  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = 0; at < this.size;) {
      const { bytesRead, buffer } = await this.handle.read(Buffer.allocUnsafeSlow(chunkBytes), 0, chunkBytes, at);
      if (bytesRead === 0) throw new GatewayError('internal', { detail: 'An upload on disk has become shorter.' });
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** Waits for what is being read or written; readers fail from then on. */
  close(): Promise<void> {
    return this.handle.close();
  }
}
