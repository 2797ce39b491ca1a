/** Keeps answers in the process's memory, so many bytes of them: the least used ones make room. */
import { LRUCache } from 'lru-cache';
import { systemClock, type Clock, type RecordedAnswer, type ResponseCache } from '../spec/index.js';

export interface InMemoryResponseCacheOptions {
  /** For answers and their keys. Default: 64 MiB. */
  readonly maxBytes?: number;
  /** However long an answer may be kept elsewhere, here it is for so long at most, milliseconds. Default: no such limit. */
  readonly longestMs?: number;
  readonly clock?: Clock;
}

const defaultMaxBytes = 64 * 1_048_576;
/** What an entry and each of its parts take beside their bytes, roughly. */
const entryBytes = 512;
const partBytes = 128;

interface Entry {
  readonly answer: RecordedAnswer;
  readonly untilMs: number;
}

export class InMemoryResponseCache implements ResponseCache {
  private readonly entries: LRUCache<string, Entry>;
  private readonly clock: Clock;
  private readonly longestMs: number;

  constructor({
    maxBytes = defaultMaxBytes,
    longestMs = Infinity,
    clock = systemClock,
  }: InMemoryResponseCacheOptions = {}) {
    this.clock = clock;
    this.longestMs = longestMs;
    this.entries = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ answer }) => sizeOf(answer) });
  }

  get usedBytes(): number {
    return this.entries.calculatedSize;
  }

  get size(): number {
    return this.entries.size;
  }

  /** At once, for whoever need not wait. */
  find(key: string): RecordedAnswer | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    const now = this.clock.now();
    if (now < entry.untilMs && now < entry.answer.expiresAtMs) return entry.answer;
    this.entries.delete(key);
    return undefined;
  }

  get(key: string): Promise<RecordedAnswer | undefined> {
    return Promise.resolve(this.find(key));
  }

  getMany(keys: readonly string[]): Promise<readonly (RecordedAnswer | undefined)[]> {
    return Promise.resolve(keys.map((key) => this.find(key)));
  }

  set(key: string, answer: RecordedAnswer): Promise<void> {
    // One that is larger than the whole cache is not taken.
    this.entries.set(key, { answer, untilMs: this.clock.now() + this.longestMs });
    return Promise.resolve();
  }

  delete(keys: readonly string[]): Promise<number> {
    return Promise.resolve(keys.filter((key) => this.entries.delete(key)).length);
  }

  clear(): void {
    this.entries.clear();
  }
}

function sizeOf({ parts }: RecordedAnswer): number {
  return parts.reduce((sum, part) => sum + part.length + partBytes, entryBytes);
}
