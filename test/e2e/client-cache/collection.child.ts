/** Runs under `node --expose-gc`: uses and releases clients of a small cache and reports which of them were collected. */
import { setTimeout as wait } from 'node:timers/promises';
import OpenAI from 'openai';
import { fetch, type Dispatcher } from 'undici';
import { InMemoryClientCache } from '../../../src/core/client-cache/in-memory-client-cache.js';
import { Egress } from '../../../src/core/transport/egress.js';
import { dispatcherFor, upstreamProfile } from '../../../src/core/transport/upstream-pools.js';

export interface CollectionReport {
  /** For each target in order: its pool was collected. The last ones are still linked, the first one is held. */
  poolsCollected: boolean[];
  sdksCollected: boolean[];
  /** A client whose closer captured it. */
  capturedCollected: boolean;
  liveBefore: number;
  liveAfter: number;
  closesBeforeShutdown: number;
  closesAtShutdown: number;
  heldStillWorks: boolean;
}

const origins = process.argv.slice(2);
const cache = new InMemoryClientCache({ maxSize: 4 });
const pool = { keepAliveTimeoutMs: 1_000, keepAliveMaxTimeoutMs: 1_500 };
const profile = upstreamProfile({ egress: new Egress(), egressProfile: 'operator', pool });
let closes = 0;

/** Makes a pool and an SDK client over it in the cache, streams once, and keeps only weak references. */
async function use(origin: string): Promise<[WeakRef<Dispatcher>, WeakRef<OpenAI>]> {
  const dispatcher = dispatcherFor(cache, origin, profile);
  const { close } = dispatcher;
  dispatcher.close = function (this: Dispatcher, ...given: unknown[]) {
    // undici's close() calls itself again with a callback.
    if (given.length === 0) closes += 1;
    return Reflect.apply(close, this, given) as Promise<void>;
  };
  const sdk = await cache.getOrCreate(
    `sdk ${origin}`,
    () =>
      new OpenAI({
        apiKey: 'sk-test',
        baseURL: `${origin}/v1`,
        fetch: fetch as unknown as typeof globalThis.fetch,
        fetchOptions: { dispatcher } as object,
      }),
  );
  const stream = await sdk.chat.completions.create({ model: 'local', stream: true, messages: [] });
  for await (const chunk of stream) if (chunk.object !== 'chat.completion.chunk') throw new Error('not a chunk');
  return [new WeakRef(dispatcher), new WeakRef(sdk)];
}

/** Its closer holds the client itself, as a careless caller's would. */
function useCaptured(): WeakRef<object> {
  const client = { socket: Buffer.alloc(1_000) };
  void cache.getOrCreate(
    'captured',
    () => client,
    () => void client.socket.fill(0),
  );
  cache.delete('captured');
  return new WeakRef(client);
}

const [heldOrigin = '', ...otherOrigins] = origins;
const captured = useCaptured();
const held = dispatcherFor(cache, heldOrigin, profile);
const used = [await use(heldOrigin)];
for (const origin of otherOrigins) used.push(await use(origin));
const liveBefore = cache.liveCount;

// Idle sockets hold their pool until their keep-alive time is over.
await wait(3_500);
for (let i = 0; i < 5; i++) {
  globalThis.gc?.();
  await wait(20);
}

const report: CollectionReport = {
  poolsCollected: used.map(([dispatcher]) => dispatcher.deref() === undefined),
  sdksCollected: used.map(([, sdk]) => sdk.deref() === undefined),
  capturedCollected: captured.deref() === undefined,
  liveBefore,
  liveAfter: cache.liveCount,
  closesBeforeShutdown: closes,
  closesAtShutdown: 0,
  heldStillWorks: false,
};
const { statusCode, body } = await held.request({ path: '/', method: 'POST', body: '{}' });
await body.dump();
report.heldStillWorks = statusCode === 200;
await cache.close();
report.closesAtShutdown = closes - report.closesBeforeShutdown;
process.stdout.write(JSON.stringify(report));
