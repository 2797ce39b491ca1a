/** Two tenants with the same questions at the same time, over one Redis and by their meaning: no answer ever crosses. */
import { Logger } from '@nestjs/common';
import type { CacheableRequest } from '../../../src/caching/cache-lookup.js';
import type { ResponseCacheService } from '../../../src/caching/response-cache.service.js';
import type { EmbeddingContext } from '../../../src/caching/semantic/semantic-cache.js';
import { ask, cacheService, chatRequest, deployment } from '../../../src/caching/testing/requests.js';
import { systemClock } from '../../../src/core/spec/clock.js';
import { eventually } from '../../e2e/support/eventually.js';
import { sharedRedis } from '../support/redis-server.js';
import { plainHttp } from './plain-http.js';

const { host, port, ...login } = sharedRedis('tenants');

/** Of its own connections, as each process has them. @param memoryBytes 1: nothing in front of Redis */
async function start(semantic: boolean, memoryBytes: number): Promise<ResponseCacheService> {
  const service = await cacheService({
    policy: { singleFlight: true, similarityThreshold: 0.5 },
    store: {
      memoryBytes,
      namespace: `tenants-${memoryBytes}-${semantic}`,
      deadlineMs: 5_000,
      backing: { kind: 'redis', address: { kind: 'single', host, port }, ...login },
      semantic: semantic ? { embeddingModel: 'e', maxVectors: 1_000, qdrant: undefined } : undefined,
    },
    surroundings: { http: plainHttp, clock: systemClock, random: Math.random },
  });
  service.onModuleInit();
  return service;
}

/** All prompts mean the same to this model. */
const embedding: EmbeddingContext = {
  models: {
    call: () => Promise.resolve({ requestId: 'r', answer: '{"data":[{"embedding":[1,0]}]}', headers: {} }),
  },
  deploymentsOf: () => [deployment],
  account: { keyHash: 'same', keyAlias: undefined, userId: undefined, teamId: undefined, tags: [] },
  requestId: 'r',
};

it.each([
  ['over Redis alone', false, 1],
  ['with memory in front', false, 1_000_000],
  ['by their meaning', true, 1],
])(
  '10,000 interleaved requests %s',
  async (_what, semantic, memoryBytes) => {
    const lines: string[] = [];
    Logger.overrideLogger({
      log: (line: string) => lines.push(line),
      warn: (line: string) => lines.push(line),
      error: () => 0,
    });
    const services = [await start(semantic, memoryBytes), await start(semantic, memoryBytes)];
    await eventually('Redis is there', () => lines.length === 2);
    const crossed: string[] = [];
    let hits = 0;
    for (let round = 0; round < 100; round += 1) {
      await Promise.all(
        Array.from({ length: 100 }, async (_each, place) => {
          const teamId = (round + place) % 2 === 0 ? 'one' : 'two';
          const request: CacheableRequest = chatRequest(`question ${(round * 7 + place) % 150}`, {
            owner: { keyHash: 'same', userId: 'same', teamId, endUser: 'same' },
            stream: place % 4 < 2,
            ...(semantic && { embedding }),
          });
          const service = services[place % 3 === 0 ? 1 : 0];
          if (!service) throw new Error('Both have been started.');
          const { text, hit } = await ask(service, request, () => `{"said":"canary-${teamId}"}`);
          if (hit) hits += 1;
          if (!text.includes(`canary-${teamId}"`)) crossed.push(text);
        }),
      );
    }
    expect(crossed).toEqual([]);
    expect(hits).toBeGreaterThan(8_000);
    expect(lines).toHaveLength(2);
    await Promise.all(services.map((service) => service.onApplicationShutdown()));
  },
  60_000,
);
