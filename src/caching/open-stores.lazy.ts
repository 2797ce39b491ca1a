/** Puts the cache together as the configuration has it; the client of Redis is loaded where there is one. */
import type { OutboundHttp } from '../clients/outbound-http.service.js';
import type { CacheSettings, CacheStoreSettings } from '../config/cache-settings.js';
import { InMemoryResponseCache } from '../core/response-cache/in-memory-response-cache.js';
import type { Clock, Random } from '../core/spec/clock.js';
import type { ResponseCache } from '../core/spec/response-cache.js';
import { GuardedResponseCache } from './guarded-response-cache.js';
import { MemoryVectorIndex } from './semantic/memory-vector-index.js';
import { QdrantVectorIndex } from './semantic/qdrant-vector-index.js';
import { SemanticCache } from './semantic/semantic-cache.js';
import { StoreGuard } from './store-guard.js';
import type { AnswerStore } from './stores/answer-store.js';
import { DiskAnswerStore } from './stores/disk-answer-store.js';
import { S3AnswerStore } from './stores/s3-answer-store.js';
import { TieredResponseCache } from './tiered-response-cache.js';

/** What the cache is made of. */
export interface CacheStores {
  readonly settings: CacheStoreSettings;
  readonly cache: ResponseCache;
  readonly memory: InMemoryResponseCache;
  /** Undefined where memory is all there is. */
  readonly guard: StoreGuard<AnswerStore> | undefined;
  readonly semantic: SemanticCache | undefined;
  /** What Redis says of itself; undefined for other stores. */
  readonly redisInfo: (() => Promise<string>) | undefined;
}

export interface StoreSurroundings {
  readonly http: Pick<OutboundHttp, 'send'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Undefined where the configuration has no cache. */
export async function openStores(
  { store: settings }: CacheSettings,
  surroundings: StoreSurroundings,
): Promise<CacheStores | undefined> {
  if (settings === undefined) return undefined;
  const { clock } = surroundings;
  const { store, redisInfo } = await backingStore(settings, surroundings);
  const memory = new InMemoryResponseCache({
    maxBytes: settings.memoryBytes,
    clock,
    ...(store && { longestMs: settings.memoryMs }),
  });
  const guard = store && new StoreGuard(store, { deadlineMs: settings.deadlineMs });
  const cache = guard
    ? new TieredResponseCache(memory, new GuardedResponseCache(guard, clock, settings.entryBytes))
    : memory;
  return { settings, cache, memory, guard, semantic: semanticCache(settings, surroundings), redisInfo };
}

async function backingStore(
  { backing, namespace, deadlineMs, entryBytes }: CacheStoreSettings,
  { http, clock, random }: StoreSurroundings,
): Promise<{ store: AnswerStore | undefined; redisInfo: CacheStores['redisInfo'] }> {
  switch (backing?.kind) {
    case 'redis': {
      const { RedisAnswerStore } = await import('./stores/redis-answer-store.js');
      const store = new RedisAnswerStore({ ...backing, namespace }, { replyTimeoutMs: deadlineMs, random });
      return { store, redisInfo: () => store.info() };
    }
    case 's3': {
      const limits = { timeoutMs: deadlineMs, maxBytes: entryBytes * 2 };
      return { store: new S3AnswerStore({ ...backing, ...limits, http, clock }), redisInfo: undefined };
    }
    case 'disk':
      return { store: new DiskAnswerStore({ ...backing, clock }), redisInfo: undefined };
    default:
      return { store: undefined, redisInfo: undefined };
  }
}

function semanticCache(
  { semantic, namespace, deadlineMs }: CacheStoreSettings,
  { http }: StoreSurroundings,
): SemanticCache | undefined {
  if (semantic === undefined) return undefined;
  const { embeddingModel, maxVectors, qdrant } = semantic;
  const index = qdrant
    ? new QdrantVectorIndex({ ...qdrant, namespace, deadlineMs, http })
    : new MemoryVectorIndex(maxVectors);
  return new SemanticCache(index, embeddingModel);
}
