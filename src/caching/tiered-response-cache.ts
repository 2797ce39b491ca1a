/** Memory in front of a slower cache: what was found there once is found here next time. */
import type { InMemoryResponseCache } from '../core/response-cache/in-memory-response-cache.js';
import type { RecordedAnswer, ResponseCache } from '../core/spec/response-cache.js';

export class TieredResponseCache implements ResponseCache {
  constructor(
    private readonly front: InMemoryResponseCache,
    private readonly back: ResponseCache,
  ) {}

  async get(key: string): Promise<RecordedAnswer | undefined> {
    return this.front.find(key) ?? (await this.getMany([key]))[0];
  }

  async getMany(keys: readonly string[]): Promise<readonly (RecordedAnswer | undefined)[]> {
    const near = keys.map((key) => this.front.find(key));
    const missing = keys.filter((_key, place) => near[place] === undefined);
    if (missing.length === 0) return near;
    const far = await this.back.getMany(missing);
    for (const [place, answer] of far.entries()) if (answer) void this.front.set(missing[place] ?? '', answer);
    let next = 0;
    return near.map((answer) => answer ?? far[next++]);
  }

  async set(key: string, answer: RecordedAnswer): Promise<void> {
    await this.front.set(key, answer);
    await this.back.set(key, answer);
  }

  async delete(keys: readonly string[]): Promise<number> {
    const near = await this.front.delete(keys);
    return Math.max(near, await this.back.delete(keys));
  }
}
