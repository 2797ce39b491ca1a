/** Requests and services of the cache for its tests. */
import { readCacheControls } from '../cache-controls.js';
import type { CacheableRequest } from '../cache-lookup.js';
import { openStores, type StoreSurroundings } from '../open-stores.lazy.js';
import { ResponseCacheService } from '../response-cache.service.js';
import type { CachePolicy, CacheStoreSettings } from '../../config/cache-settings.js';
import type { SettingsService } from '../../config/settings.service.js';
import { madeUpDeployment } from '../../core/testing/deployments.js';

export const deployment = madeUpDeployment();

export const plainPolicy: CachePolicy = {
  isDefaultOn: true,
  ttlMs: 60_000,
  callTypes: undefined,
  scope: 'team',
  keepsCustomersApart: false,
  singleFlight: false,
  similarityThreshold: 0.9,
  embeddingTimeoutMs: 1_000,
};

export const plainStore: CacheStoreSettings = {
  type: 'local',
  backing: undefined,
  semantic: undefined,
  namespace: 'test',
  memoryBytes: 10_000_000,
  memoryMs: 60_000,
  entryBytes: 1_000_000,
  deadlineMs: 250,
};

export function chatRequest(text: string, given: Partial<CacheableRequest> = {}): CacheableRequest {
  return {
    callType: 'acompletion',
    kind: 'openai-chat',
    stream: false,
    modelGroup: 'smart',
    deployments: [deployment],
    body: { model: 'smart', messages: [{ role: 'user', content: text }] },
    owner: { keyHash: 'k1', userId: undefined, teamId: 't1', endUser: undefined },
    controls: readCacheControls(undefined, { isDefaultOn: true }),
    waitMs: 5_000,
    ...given,
  };
}

export interface CacheParts {
  readonly policy?: Partial<CachePolicy>;
  readonly store?: Partial<CacheStoreSettings>;
  readonly surroundings: StoreSurroundings;
}

export async function cacheService({ policy, store, surroundings }: CacheParts): Promise<ResponseCacheService> {
  const cache = { store: { ...plainStore, ...store }, policy: { ...plainPolicy, ...policy } };
  const settings = { current: () => ({ cache }) } as unknown as SettingsService;
  return new ResponseCacheService(await openStores(cache, surroundings), settings, surroundings.clock);
}

/** Asks as the gateway does: takes a kept answer, or makes one and has it kept. */
export async function ask(
  service: ResponseCacheService,
  request: CacheableRequest,
  make: () => string | Promise<string>,
): Promise<{ readonly text: string; readonly hit: boolean; readonly similarity?: number | undefined }> {
  const found = await service.lookup(request);
  if (found.outcome === 'hit') {
    const text = Buffer.concat(found.answer.parts).toString();
    return { text, hit: true, similarity: found.similarity };
  }
  const text = await make();
  if (found.outcome === 'miss') {
    if (request.stream) for (const part of text.match(/.{1,5}/gs) ?? []) found.recording.part(part);
    else found.recording.whole(text);
    found.recording.commit({ usage: { promptTokens: 1, completionTokens: 1 }, servedBy: 'd1' });
  }
  return { text, hit: false };
}
