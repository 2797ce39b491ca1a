/** R-16, shortened: many long streams over many targets through a cache that is far too small for them. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { InMemoryClientCache } from '../../../src/core/client-cache/in-memory-client-cache.js';
import { Egress } from '../../../src/core/transport/egress.js';
import { dispatcherFor, upstreamProfile } from '../../../src/core/transport/upstream-pools.js';
import { startUpstream, type LocalUpstream } from './local-upstream.js';

const targets = 20;
const streams = 100;
const chunks = 30;

describe('R-16: 100 streams over 20 targets through a cache of 2 with a TTL of 1 s', () => {
  let upstreams: LocalUpstream[];

  beforeAll(async () => {
    upstreams = await Promise.all(Array.from({ length: targets }, () => startUpstream({ chunks, intervalMs: 100 })));
  });

  afterAll(() => Promise.all(upstreams.map((upstream) => upstream.stop())));

  it('ends every stream, closes nothing, and lets go of the idle sockets', async () => {
    const cache = new InMemoryClientCache({ maxSize: 2, ttlMs: 1_000 });
    const pool = { keepAliveTimeoutMs: 1_000, keepAliveMaxTimeoutMs: 2_000 };
    const profile = upstreamProfile({ egress: new Egress(), egressProfile: 'operator', pool });
    const pools = new Set<Dispatcher>();
    const spies: jest.SpyInstance[] = [];

    const dispatcherTo = (origin: string): Dispatcher => {
      const dispatcher = dispatcherFor(cache, origin, profile);
      if (!pools.has(dispatcher)) {
        pools.add(dispatcher);
        spies.push(jest.spyOn(dispatcher, 'close'), jest.spyOn(dispatcher, 'destroy'));
      }
      return dispatcher;
    };
    const stream = async (index: number): Promise<boolean> => {
      await wait(index * 10);
      const origin = upstreams[index % targets]?.origin ?? '';
      const { body } = await dispatcherTo(origin).request({ path: '/', method: 'POST', body: '{}' });
      return (await body.text()).endsWith('data: [DONE]\n\n');
    };

    const ended = await Promise.allSettled(Array.from({ length: streams }, (_, index) => stream(index)));
    expect(ended.filter((result) => result.status === 'rejected' || !result.value)).toEqual([]);
    expect(pools.size).toBeGreaterThan(targets);
    expect(upstreams.reduce((sum, upstream) => sum + upstream.cutOff, 0)).toBe(0);
    expect(spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)).toBe(0);

    await wait(3_500);
    expect(upstreams.reduce((sum, upstream) => sum + upstream.openSockets, 0)).toBe(0);
    await cache.close();
    expect(spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)).toBeGreaterThan(0);
  }, 30_000);
});
