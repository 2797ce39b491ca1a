/** The openai SDK holds pools from ClientCacheService that are evicted while it streams. */
import { setTimeout as wait } from 'node:timers/promises';
import { Test, type TestingModule } from '@nestjs/testing';
import OpenAI from 'openai';
import { fetch, type Dispatcher } from 'undici';
import { ClientCacheService } from '../../../src/clients/client-cache.service.js';
import { ClientsModule } from '../../../src/clients/clients.module.js';
import { Egress } from '../../../src/core/transport/egress.js';
import { agentFor, dispatcherFor, upstreamProfile } from '../../../src/core/transport/upstream-pools.js';
import { startUpstream, textOf, type LocalUpstream } from './local-upstream.js';

const profile = upstreamProfile({ egress: new Egress(), egressProfile: 'operator' });
const chunks = 15;

/** Watches every client that the cache hands out. */
function spyOn(dispatcher: Dispatcher): jest.SpyInstance[] {
  return [jest.spyOn(dispatcher, 'close'), jest.spyOn(dispatcher, 'destroy')];
}

const callCount = (spies: jest.SpyInstance[]) => spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);

async function stream(client: OpenAI, onChunk: () => void = () => undefined): Promise<string> {
  const answer = await client.chat.completions.create({
    model: 'local',
    stream: true,
    messages: [{ role: 'user', content: 'count' }],
  });
  let text = '';
  for await (const chunk of answer) {
    text += chunk.choices[0]?.delta.content ?? '';
    onChunk();
  }
  return text;
}

describe('a client of ClientCacheService that the openai SDK streams with', () => {
  let upstream: LocalUpstream;
  let app: TestingModule;
  let clients: ClientCacheService;

  async function start(options: { maxSize: number; ttlMs: number }): Promise<void> {
    app = await Test.createTestingModule({ imports: [ClientsModule.forRoot(options)] }).compile();
    clients = app.get(ClientCacheService);
  }

  const sdkOver = (dispatcher: Dispatcher) =>
    new OpenAI({
      apiKey: 'sk-test',
      baseURL: `${upstream.origin}/v1`,
      maxRetries: 0,
      fetch: fetch as unknown as typeof globalThis.fetch,
      fetchOptions: { dispatcher } as object,
    });

  beforeEach(async () => {
    upstream = await startUpstream({ chunks, intervalMs: 100 });
  });

  afterEach(async () => {
    await app.close();
    await upstream.stop();
  });

  it.each([
    ['pool', () => dispatcherFor(clients, upstream.origin, profile)],
    ['agent', () => agentFor(clients, profile)],
  ])('finishes its stream and goes on working when its %s is evicted by size', async (_kind, handOut) => {
    await start({ maxSize: 1, ttlMs: 3_600_000 });
    const dispatcher = handOut();
    const spies = spyOn(dispatcher);
    const sdk = sdkOver(dispatcher);
    let seen = 0;
    const text = await stream(sdk, () => {
      seen += 1;
      if (seen === 3) {
        for (let i = 0; i < 5; i++) dispatcherFor(clients, `http://other${i}.example`, profile);
      }
    });
    expect(handOut()).not.toBe(dispatcher);
    expect(text).toBe(textOf(chunks));
    expect(await stream(sdk)).toBe(textOf(chunks));
    expect(upstream.cutOff).toBe(0);
    expect(callCount(spies)).toBe(0);
  });

  it('finishes its stream and goes on working when its pool expires', async () => {
    await start({ maxSize: 200, ttlMs: 1_000 });
    const dispatcher = dispatcherFor(clients, upstream.origin, profile);
    const spies = spyOn(dispatcher);
    const sdk = sdkOver(dispatcher);
    const lookUps: Dispatcher[] = [];
    const text = await stream(sdk, () => lookUps.push(dispatcherFor(clients, upstream.origin, profile)));
    expect(lookUps[0]).toBe(dispatcher);
    expect(lookUps.at(-1)).not.toBe(dispatcher);
    expect(text).toBe(textOf(chunks));
    // A close deferred to some time after the eviction would have come by now.
    await wait(1_500);
    expect(await stream(sdk)).toBe(textOf(chunks));
    expect(upstream.cutOff).toBe(0);
    expect(callCount(spies)).toBe(0);
  });

  it('finishes its stream and goes on working when the SDK client itself and its pool are deleted', async () => {
    await start({ maxSize: 2, ttlMs: 3_600_000 });
    const dispatcher = dispatcherFor(clients, upstream.origin, profile);
    const spies = spyOn(dispatcher);
    const sdk = await clients.getOrCreate('openai sdk', () => sdkOver(dispatcher));
    const text = await stream(sdk, () => {
      clients.delete('openai sdk');
      clients.delete(`pool ${profile.id} ${upstream.origin}`);
    });
    expect(clients.size).toBe(0);
    expect(text).toBe(textOf(chunks));
    expect(await stream(sdk)).toBe(textOf(chunks));
    expect(callCount(spies)).toBe(0);
  });

  it('is closed once at shutdown, the evicted one as well, after its stream has ended', async () => {
    await start({ maxSize: 1, ttlMs: 3_600_000 });
    const evicted = dispatcherFor(clients, upstream.origin, profile);
    const linked = dispatcherFor(clients, 'http://other.example', profile);
    const [closeEvicted] = spyOn(evicted);
    const [closeLinked] = spyOn(linked);
    const streaming = stream(sdkOver(evicted));
    await wait(300);
    await app.close();
    expect(await streaming).toBe(textOf(chunks));
    // undici's close() calls itself again with a callback.
    const closesOf = (spy?: jest.SpyInstance) => spy?.mock.calls.filter((given) => given.length === 0).length;
    expect([closeEvicted, closeLinked].map(closesOf)).toEqual([1, 1]);
  });
});
