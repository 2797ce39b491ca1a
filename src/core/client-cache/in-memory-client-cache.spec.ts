import { setTimeout as wait } from 'node:timers/promises';
import { GatewayError } from '../errors/gateway-error.js';
import { InMemoryClientCache, type ClientCacheOptions } from './in-memory-client-cache.js';

class Client {
  closes = 0;
  close(): void {
    this.closes += 1;
  }
}

/** Resolved from outside, to end a create or a closer at a chosen moment. */
function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

function setUp(options: Partial<ClientCacheOptions> = {}) {
  const time = { now: 1_000 };
  const failures: Array<[string, unknown]> = [];
  const cache = new InMemoryClientCache(options, {
    clock: { now: () => time.now, monotonic: () => time.now },
    onCloseFailure: (key, error) => failures.push([key, error]),
  });
  return { cache, time, failures };
}

const closeIt = (client: Client) => client.close();

describe('InMemoryClientCache', () => {
  describe('getOrCreate', () => {
    it('answers synchronously on a hit and for a synchronous create', () => {
      const { cache } = setUp();
      const made = cache.getOrCreate('a', () => new Client());
      expect(made).toBeInstanceOf(Client);
      expect(cache.getOrCreate('a', () => new Client())).toBe(made);
    });

    it('answers synchronously once an asynchronous create has ended', async () => {
      const { cache } = setUp();
      const made = await cache.getOrCreate('a', async () => new Client());
      expect(cache.getOrCreate('a', () => new Client())).toBe(made);
    });

    it('makes one client for concurrent calls, even where the cache is too small to hold all that are being made', async () => {
      const { cache } = setUp({ maxSize: 1 });
      const gate = deferred<void>();
      let made = 0;
      const create = async () => {
        made += 1;
        await gate.promise;
        return new Client();
      };
      const calls = ['a', 'b', 'c', 'a', 'b', 'c', 'a'].map(async (key) => cache.getOrCreate(key, create));
      gate.resolve();
      const clients = await Promise.all(calls);
      expect(made).toBe(3);
      expect(new Set(clients).size).toBe(3);
      expect(clients[0]).toBe(clients[6]);
    });

    it('does not remember a failed create, synchronous or not', async () => {
      const { cache } = setUp();
      const throws = (): Client => {
        throw new Error('at once');
      };
      expect(() => cache.getOrCreate('a', throws)).toThrow('at once');
      await expect(cache.getOrCreate('a', () => Promise.reject(new Error('later')))).rejects.toThrow('later');
      expect(cache.getOrCreate('a', () => new Client())).toBeInstanceOf(Client);
    });

    it('caches every kind of value, falsy ones included', () => {
      const { cache } = setUp();
      for (const value of [0, '', false, null, undefined, 7n]) {
        const key = String(value);
        expect(cache.getOrCreate<unknown>(key, () => value)).toBe(value);
        expect(cache.getOrCreate<unknown>(key, () => 'another')).toBe(value);
      }
    });

    it('refuses a size that would make the cache unbounded', () => {
      expect(() => new InMemoryClientCache({ maxSize: 0 })).toThrow(RangeError);
    });
  });

  describe('eviction', () => {
    it('by size unlinks the least recently used client', () => {
      const { cache } = setUp({ maxSize: 2 });
      const a = cache.getOrCreate('a', () => new Client());
      const b = cache.getOrCreate('b', () => new Client());
      void cache.getOrCreate('a', () => new Client());
      void cache.getOrCreate('c', () => new Client());
      expect(cache.getOrCreate('a', () => new Client())).toBe(a);
      expect(cache.getOrCreate('b', () => new Client())).not.toBe(b);
    });

    it('by age unlinks a client once its time is over, however often it was used', () => {
      const { cache, time } = setUp({ ttlMs: 1_000 });
      const made = cache.getOrCreate('a', () => new Client());
      time.now += 600;
      expect(cache.getOrCreate('a', () => new Client())).toBe(made);
      time.now += 600;
      expect(cache.getOrCreate('a', () => new Client())).not.toBe(made);
    });

    it('by delete unlinks the client, and says whether there was one', () => {
      const { cache } = setUp();
      const made = cache.getOrCreate('a', () => new Client());
      expect(cache.delete('a')).toBe(true);
      expect(cache.delete('a')).toBe(false);
      expect(cache.getOrCreate('a', () => new Client())).not.toBe(made);
    });

    it('by delete while a client is being made leaves that client to its callers and links none', async () => {
      const { cache } = setUp();
      const slow = deferred<Client>();
      const first = cache.getOrCreate('a', () => slow.promise);
      expect(cache.delete('a')).toBe(true);
      const second = cache.getOrCreate('a', () => new Client());
      slow.resolve(new Client());
      expect(await first).not.toBe(second);
      expect(cache.getOrCreate('a', () => new Client())).toBe(second);
    });

    it('never closes anything, neither at once nor later', async () => {
      const { cache, time } = setUp({ maxSize: 1, ttlMs: 1_000 });
      const clients: Client[] = [];
      const create = () => {
        const client = new Client();
        clients.push(client);
        return client;
      };
      void cache.getOrCreate('by size', create, closeIt);
      void cache.getOrCreate('by delete', create, async (client) => client.close());
      cache.delete('by delete');
      void cache.getOrCreate('by age', create);
      time.now += 1_001;
      void cache.getOrCreate('by age', create, closeIt);
      expect(clients).toHaveLength(4);
      // Real time, so that a close by a timer, a tick or a finalizer would show.
      await wait(1_500);
      expect(clients.map((client) => client.closes)).toEqual([0, 0, 0, 0]);
    });

    it('removes plain values without fuss', async () => {
      const { cache, time, failures } = setUp({ maxSize: 2, ttlMs: 1_000 });
      for (const value of ['text', 7, { region: 'eu' }, null, Symbol('s'), { close: 'not a function' }]) {
        cache.getOrCreate<unknown>(String(typeof value), () => value);
      }
      cache.delete('object');
      time.now += 1_001;
      void cache.getOrCreate('string', () => 'new');
      await cache.close();
      expect(failures).toEqual([]);
    });
  });

  describe('close', () => {
    it('closes linked and evicted clients exactly once, by their closer or by their own close()', async () => {
      const { cache } = setUp({ maxSize: 2 });
      const held = Array.from({ length: 5 }, (_, i) =>
        cache.getOrCreate(`k${i}`, () => new Client(), i % 2 === 0 ? closeIt : undefined),
      ) as Client[];
      await Promise.all([cache.close(), cache.close()]);
      await cache.close();
      expect(held.map((client) => client.closes)).toEqual([1, 1, 1, 1, 1]);
      expect(cache.liveCount).toBe(0);
    });

    it('closes a client that is cached under two keys once', async () => {
      const { cache } = setUp();
      const client = new Client();
      void cache.getOrCreate('a', () => client, closeIt);
      void cache.getOrCreate('b', () => client, closeIt);
      await cache.close();
      expect(client.closes).toBe(1);
    });

    it('runs all closers at once and waits for asynchronous ones', async () => {
      const { cache } = setUp();
      const gates = [deferred<void>(), deferred<void>()];
      const started: number[] = [];
      gates.forEach((gate, i) => {
        void cache.getOrCreate(
          `k${i}`,
          () => ({ id: i }),
          async () => {
            started.push(i);
            await gate.promise;
          },
        );
      });
      let isDone = false;
      const closing = cache.close().then(() => (isDone = true));
      await wait(5);
      expect(started).toEqual([0, 1]);
      expect(isDone).toBe(false);
      gates.forEach((gate) => gate.resolve());
      await closing;
    });

    it('reports closers that throw or reject, and still closes the others', async () => {
      const { cache, failures } = setUp();
      const good = new Client();
      void cache.getOrCreate(
        'throws',
        () => ({}),
        () => {
          throw new Error('first');
        },
      );
      void cache.getOrCreate(
        'rejects',
        () => ({}),
        () => Promise.reject(new Error('second')),
      );
      void cache.getOrCreate('good', () => good, closeIt);
      await cache.close();
      expect(failures).toEqual([
        ['throws', new Error('first')],
        ['rejects', new Error('second')],
      ]);
      expect(good.closes).toBe(1);
    });

    it('waits no longer than its bound for a closer that hangs, and says which one it was', async () => {
      const { cache, failures } = setUp({ closeTimeoutMs: 50 });
      const good = new Client();
      void cache.getOrCreate(
        'hangs',
        () => ({}),
        () => new Promise<void>(() => undefined),
      );
      void cache.getOrCreate('good', () => good, closeIt);
      const begin = performance.now();
      await cache.close();
      expect(performance.now() - begin).toBeLessThan(500);
      expect(failures).toEqual([['hangs', new Error('not closed within 50 ms')]]);
      expect(good.closes).toBe(1);
    });

    it('makes no client afterwards', async () => {
      const { cache } = setUp();
      void cache.getOrCreate('a', () => new Client());
      await cache.close();
      const create = jest.fn();
      for (const key of ['a', 'b']) {
        expect(() => cache.getOrCreate(key, create)).toThrow(expect.objectContaining({ code: 'shutting_down' }));
      }
      expect(create).not.toHaveBeenCalled();
    });

    it('closes a client whose create ends meanwhile, waits for it, and hands it to nobody', async () => {
      const { cache } = setUp();
      const slow = deferred<Client>();
      const client = new Client();
      const caller = cache.getOrCreate('a', () => slow.promise, closeIt) as Promise<Client>;
      const refused = expect(caller).rejects.toBeInstanceOf(GatewayError);
      const closing = cache.close();
      slow.resolve(client);
      await closing;
      expect(client.closes).toBe(1);
      await refused;
    });

    it('closes a client whose key was deleted while it was being made, too', async () => {
      const { cache } = setUp();
      const slow = deferred<Client>();
      const client = new Client();
      const caller = cache.getOrCreate('a', () => slow.promise, closeIt) as Promise<Client>;
      cache.delete('a');
      const refused = expect(caller).rejects.toMatchObject({ code: 'shutting_down' });
      const closing = cache.close();
      slow.resolve(client);
      await closing;
      expect(client.closes).toBe(1);
      await refused;
    });

    it('does not wait for ever for a create that hangs, and closes its client whenever it comes', async () => {
      const { cache } = setUp({ closeTimeoutMs: 20 });
      const slow = deferred<Client>();
      const client = new Client();
      const caller = cache.getOrCreate('a', () => slow.promise, closeIt) as Promise<Client>;
      const refused = expect(caller).rejects.toMatchObject({ code: 'shutting_down' });
      await cache.close();
      expect(client.closes).toBe(0);
      slow.resolve(client);
      await refused;
      expect(client.closes).toBe(1);
    });

    it('is not held up by a create that fails meanwhile', async () => {
      const { cache, failures } = setUp();
      const slow = deferred<Client>();
      const caller = cache.getOrCreate('a', () => slow.promise, closeIt) as Promise<Client>;
      const closing = cache.close();
      slow.reject(new Error('no'));
      await expect(caller).rejects.toThrow('no');
      await closing;
      expect(failures).toEqual([]);
    });
  });
});
