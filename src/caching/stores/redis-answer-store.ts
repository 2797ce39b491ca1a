/** Keeps answers in Redis: one server, one that sentinels name, or a cluster. */
import type { RedisAddress, RedisLogin } from '../../config/redis-address.js';
import {
  closeLine,
  isRefusal,
  mastersOf,
  reasonOf,
  redisLine,
  type LineOptions,
  type RedisLine,
} from '../../redis/redis-connection.js';
import { StoreRefusal, trialKey, type AnswerStore } from './answer-store.js';

export interface RedisStoreOptions extends RedisLogin {
  readonly address: RedisAddress;
  /** What all keys begin with. */
  readonly namespace: string;
}

const trialMs = 1_000;
/** Keys in one step of a search: Redis serves nobody else meanwhile. */
const scanCount = 500;

export class RedisAnswerStore implements AnswerStore {
  readonly place: string;
  private readonly line: RedisLine;
  private readonly prefix: string;
  /** What the connection has said last, such as that the password is wrong: commands only say that there is none. */
  private lastError: string | undefined;

  constructor(options: RedisStoreOptions, lineOptions: LineOptions) {
    this.place = `Redis at ${placeOf(options.address)}`;
    this.prefix = `${options.namespace}:`;
    this.line = redisLine(options.address, options, lineOptions);
    this.line.on('error', (error: unknown) => (this.lastError = reasonOf(error)));
    this.line.on('ready', () => (this.lastError = undefined));
  }

  open(): void {
    // A connection that fails says so by an event, and tries again.
    this.line.connect().catch(() => undefined);
  }

  async read(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    // One by one, since a cluster keeps them on several servers; they travel together all the same.
    const found = await this.ask(() => Promise.all(keys.map((key) => this.line.getBuffer(this.prefix + key))));
    return found.map((bytes) => bytes ?? undefined);
  }

  async write(key: string, bytes: Buffer, ttlMs: number): Promise<void> {
    await this.ask(() => this.line.set(this.prefix + key, bytes, 'PX', Math.max(1, Math.ceil(ttlMs))));
  }

  async remove(keys: readonly string[]): Promise<number> {
    const gone = await this.ask(() => Promise.all(keys.map((key) => this.line.unlink(this.prefix + key))));
    return gone.reduce((sum, each) => sum + each, 0);
  }

  async clear(): Promise<void> {
    const pattern = `${this.prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
    for (const master of mastersOf(this.line)) {
      let cursor = '0';
      do {
        const at = cursor;
        const [next, names] = await this.ask(() => master.scan(at, 'MATCH', pattern, 'COUNT', scanCount));
        await this.ask(() => Promise.all(names.map((name) => this.line.unlink(name))));
        cursor = next;
      } while (cursor !== '0');
    }
  }

  async ping(): Promise<void> {
    await this.ask(() => Promise.all(this.mustHaveMasters().map((master) => master.ping())));
  }

  tryWrite(): Promise<void> {
    return this.write(trialKey, Buffer.from('1'), trialMs);
  }

  /** What Redis says of itself; of a cluster its first server. */
  async info(): Promise<string> {
    const [master] = this.mustHaveMasters();
    return master === undefined ? '' : this.ask(() => master.info());
  }

  /** A line that hangs would answer an old question when it comes back. */
  reset(): void {
    for (const master of mastersOf(this.line)) if (master.status === 'ready') master.disconnect(true);
  }

  close(): Promise<void> {
    return closeLine(this.line);
  }

  private mustHaveMasters(): ReturnType<typeof mastersOf> {
    const masters = mastersOf(this.line);
    if (masters.length > 0) return masters;
    throw new Error(this.lastError ?? 'no server of the cluster is known');
  }

  private async ask<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (error) {
      if (isRefusal(error)) throw new StoreRefusal(reasonOf(error));
      // Without its cause, which holds the command.
      throw new Error(this.lastError ?? reasonOf(error));
    }
  }
}

function placeOf(address: RedisAddress): string {
  const named = (nodes: readonly { host: string; port: number }[]): string =>
    nodes.map(({ host, port }) => `${host}:${port}`).join(', ');
  if (address.kind === 'single') return named([address]);
  if (address.kind === 'cluster') return `the cluster of ${named(address.nodes)}`;
  return `${address.service} of the sentinels ${named(address.sentinels)}`;
}
