/** What the management API says of the cache and does to it. */
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../config/ports.js';
import type { Clock } from '../core/spec/clock.js';
import { CACHE_STORES } from './response-cache.service.js';
import type { CacheStores } from './open-stores.lazy.js';
import type { StoreState } from './store-guard.js';

export interface CacheState {
  readonly type: string;
  /** Of what lies behind the memory; `there` where nothing does. */
  readonly state: StoreState;
  /** Holds no secret; undefined where memory is all there is. */
  readonly place: string | undefined;
  readonly memoryBytes: number;
  readonly memoryEntries: number;
}

const trialMs = 10_000;
/** Of an answer to no request. */
const pingKey = '0'.repeat(64);

@Injectable()
export class CacheAdministration {
  constructor(
    @Inject(CACHE_STORES) private readonly stores: CacheStores | undefined,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Undefined where there is no cache. */
  state(): CacheState | undefined {
    if (this.stores === undefined) return undefined;
    const { settings, guard, memory } = this.stores;
    return {
      type: settings.type,
      state: guard?.state ?? 'there',
      place: guard?.store.place,
      memoryBytes: memory.usedBytes,
      memoryEntries: memory.size,
    };
  }

  /** Whether the store gives back what is put into it, past the memory in front of it. */
  async ping(): Promise<{ readonly reads: boolean; readonly writes: boolean }> {
    const guard = this.stores?.guard;
    if (guard === undefined) return { reads: this.stores !== undefined, writes: this.stores !== undefined };
    const bytes = Buffer.from(String(this.clock.now()));
    const writes = await guard.write((store) => store.write(pingKey, bytes, trialMs));
    const read = await guard.read((store) => store.read([pingKey]));
    await guard.read((store) => store.remove([pingKey]));
    return { reads: read !== undefined, writes: writes && read?.[0]?.equals(bytes) === true };
  }

  /** How many of them were there, as far as the store knows. */
  async delete(keys: readonly string[]): Promise<number> {
    return (await this.stores?.cache.delete(keys)) ?? 0;
  }

  /** All answers of this gateway's namespace. False where the store did not do it. */
  async clear(): Promise<boolean> {
    if (this.stores === undefined) return false;
    const { memory, guard, semantic } = this.stores;
    memory.clear();
    await semantic?.clear();
    return guard ? guard.clearAll((store) => store.clear()) : true;
  }

  /** Undefined for a cache that is not in Redis. @throws where Redis does not say */
  async redisInfo(): Promise<string | undefined> {
    return this.stores?.redisInfo?.();
  }
}
