/** Keeps answers as files of one folder, so many bytes of them; each is there as a whole or not at all. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../core/spec/clock.js';
import { StoreRefusal, type AnswerStore } from './answer-store.js';

export interface DiskStoreOptions {
  /** Of its own: whatever looks like an answer in it may be removed. */
  readonly folder: string;
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** Nothing else becomes a file's name. */
const keyPattern = /^[0-9a-f]{64}$/;
const suffix = '.answer';
const unfinishedSuffix = '.part';
/** Half a file is of no use to anybody after so long. */
const unfinishedMs = 3_600_000;
/** A block of the file system, about: a small file takes so much. */
const leastBytes = 4_096;
/** Other processes may write into the same folder: what is there is counted anew after so many writes. */
const recountAfterWrites = 1_000;

export class DiskAnswerStore implements AnswerStore {
  readonly place: string;
  /** By key: the bytes of its file. */
  private readonly files: LRUCache<string, number>;
  private ready: Promise<void> | undefined;
  private writes = 0;

  constructor(private readonly options: DiskStoreOptions) {
    this.place = `the folder ${options.folder}`;
    this.files = new LRUCache({
      maxSize: options.maxBytes,
      sizeCalculation: (bytes) => Math.max(leastBytes, bytes),
      dispose: (_bytes, key, reason) => {
        if (reason === 'evict') void rm(this.fileOf(key), { force: true }).catch(() => undefined);
      },
    });
  }

  open(): void {
    this.prepare().catch(() => undefined);
  }

  async read(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    await this.prepare();
    return Promise.all(keys.map((key) => this.readOne(key)));
  }

  async write(key: string, bytes: Buffer): Promise<void> {
    await this.prepare();
    const file = this.fileOf(key);
    if (bytes.length > this.options.maxBytes) throw new StoreRefusal('the answer is larger than the folder may be');
    await mkdir(this.folderOf(key), { recursive: true, mode: 0o700 });
    const unfinished = `${file}.${randomUUID()}${unfinishedSuffix}`;
    try {
      await writeNew(unfinished, bytes);
      await rename(unfinished, file);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw isNoRoom(error) ? new StoreRefusal(codeOf(error)) : error;
    }
    this.files.set(key, bytes.length);
    this.writes += 1;
    if (this.writes % recountAfterWrites === 0) await this.count();
  }

  async remove(keys: readonly string[]): Promise<number> {
    await this.prepare();
    const gone = await Promise.all(keys.filter((key) => keyPattern.test(key)).map((key) => this.removeOne(key)));
    return gone.filter(Boolean).length;
  }

  async clear(): Promise<void> {
    await this.prepare();
    await this.count();
    await this.remove([...this.files.keys()]);
  }

  async ping(): Promise<void> {
    await stat(this.options.folder).catch(async () => {
      this.ready = undefined;
      await this.prepare();
    });
  }

  async tryWrite(): Promise<void> {
    const trial = join(this.options.folder, `${randomUUID()}${unfinishedSuffix}`);
    try {
      await writeNew(trial, Buffer.alloc(leastBytes));
    } catch (error) {
      throw isNoRoom(error) ? new StoreRefusal(codeOf(error)) : error;
    } finally {
      await rm(trial, { force: true });
    }
  }

  /** Files do not hang on a line. */
  reset(): void {
    this.ready = undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private prepare(): Promise<void> {
    this.ready ??= this.begin().catch((error: unknown) => {
      this.ready = undefined;
      throw error;
    });
    return this.ready;
  }

  private async begin(): Promise<void> {
    await mkdir(this.options.folder, { recursive: true, mode: 0o700 });
    await this.count();
  }

  /** The oldest first, so that they make room first. */
  private async count(): Promise<void> {
    const found: { key: string; bytes: number; at: number }[] = [];
    for (const name of await readdir(this.options.folder)) {
      if (!/^[0-9a-f]{2}$/.test(name)) continue;
      for (const file of await readdir(join(this.options.folder, name)).catch(() => [])) {
        const facts = await stat(join(this.options.folder, name, file)).catch(() => undefined);
        if (!facts?.isFile()) continue;
        const key = file.slice(0, -suffix.length);
        if (file.endsWith(suffix) && keyPattern.test(key)) found.push({ key, bytes: facts.size, at: facts.mtimeMs });
        else if (file.endsWith(unfinishedSuffix) && this.options.clock.now() - facts.mtimeMs > unfinishedMs)
          await rm(join(this.options.folder, name, file), { force: true });
      }
    }
    found.sort((one, other) => one.at - other.at);
    for (const { key, bytes } of found) if (this.files.peek(key) !== bytes) this.files.set(key, bytes);
  }

  private async readOne(key: string): Promise<Buffer | undefined> {
    if (!keyPattern.test(key)) return undefined;
    const bytes = await readRegular(this.fileOf(key));
    if (bytes === undefined) this.files.delete(key);
    // Another process may have written it.
    else if (this.files.get(key) === undefined) this.files.set(key, bytes.length);
    return bytes;
  }

  private async removeOne(key: string): Promise<boolean> {
    this.files.delete(key);
    return rm(this.fileOf(key)).then(
      () => true,
      (error: unknown) => {
        if (codeOf(error) === 'ENOENT') return false;
        throw error;
      },
    );
  }

  private folderOf(key: string): string {
    if (!keyPattern.test(key)) throw new StoreRefusal('this is no key of an answer');
    return join(this.options.folder, key.slice(0, 2));
  }

  private fileOf(key: string): string {
    return join(this.folderOf(key), key + suffix);
  }
}

/** Never into a file, or through a link, that is there already. */
async function writeNew(path: string, bytes: Buffer): Promise<void> {
  const file = await open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}

async function readRegular(path: string): Promise<Buffer | undefined> {
  try {
    // A link leads elsewhere: it is no answer of ours.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return (await file.stat()).isFile() ? await file.readFile() : undefined;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENOTDIR'].includes(codeOf(error))) return undefined;
    throw error;
  }
}

function isNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' ? code : String(error);
}
