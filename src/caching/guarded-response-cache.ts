/** Core's cache over a guarded store: what the store does not give is not there, what it does not take is not kept. */
import type { Clock } from '../core/spec/clock.js';
import type { RecordedAnswer, ResponseCache } from '../core/spec/response-cache.js';
import { decodeAnswer, encodeAnswer } from './answer-codec.js';
import type { StoreGuard } from './store-guard.js';
import type { AnswerStore } from './stores/answer-store.js';

/** Answers on their way to the store; what comes on top of it is not kept. */
const mostWaitingBytes = 32 * 1_048_576;

export class GuardedResponseCache implements ResponseCache {
  private waitingBytes = 0;

  /** @param maxBytes of one answer */
  constructor(
    private readonly guard: StoreGuard<AnswerStore>,
    private readonly clock: Clock,
    private readonly maxBytes: number,
  ) {}

  async get(key: string): Promise<RecordedAnswer | undefined> {
    return (await this.getMany([key]))[0];
  }

  async getMany(keys: readonly string[]): Promise<readonly (RecordedAnswer | undefined)[]> {
    const found = (await this.guard.read((store) => store.read(keys))) ?? [];
    const now = this.clock.now();
    return Promise.all(
      keys.map(async (key, place) => {
        const bytes = found[place];
        const answer = bytes && (await decodeAnswer(key, bytes, this.maxBytes * 2));
        return answer && answer.expiresAtMs > now ? answer : undefined;
      }),
    );
  }

  async set(key: string, answer: RecordedAnswer): Promise<void> {
    const ttlMs = answer.expiresAtMs - this.clock.now();
    const size = answer.parts.reduce((sum, part) => sum + part.length, 0);
    if (ttlMs <= 0 || size > this.maxBytes || this.waitingBytes + size > mostWaitingBytes) return;
    this.waitingBytes += size;
    try {
      const bytes = await encodeAnswer(key, answer);
      await this.guard.write((store) => store.write(key, bytes, ttlMs));
    } finally {
      this.waitingBytes -= size;
    }
  }

  async delete(keys: readonly string[]): Promise<number> {
    return (await this.guard.read((store) => store.remove(keys))) ?? 0;
  }
}
