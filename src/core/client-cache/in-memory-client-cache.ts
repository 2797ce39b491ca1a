/** The plain client cache: an LRU that only ever unlinks, and one shutdown that closes what is still alive. */
import { LRUCache } from 'lru-cache';
import { GatewayError } from '../errors/gateway-error.js';
import type { ClientCache, CloseClient } from '../spec/client-cache.js';
import { systemClock, type Clock } from '../spec/clock.js';

export interface ClientCacheOptions {
  /** How many clients stay linked, at least 1. The least recently used one is unlinked first. */
  readonly maxSize: number;
  /** How long a client stays linked after it was made, in milliseconds, however often it is used. 0: without end. */
  readonly ttlMs: number;
  /** How long `close()` waits at most for all clients together, in milliseconds. */
  readonly closeTimeoutMs: number;
}

export const clientCacheDefaults: ClientCacheOptions = { maxSize: 200, ttlMs: 3_600_000, closeTimeoutMs: 5_000 };

export interface ClientCachePorts {
  /** Hears of each client that failed to close or did not close in time. Keys hold no secrets. */
  readonly onCloseFailure?: (key: string, error: unknown) => void;
  readonly clock?: Clock;
}

/** What shutdown must close, without keeping it alive until then. */
interface LiveClient {
  readonly key: string;
  readonly client: WeakRef<object>;
}

/** Lets the cache tell "nothing there" from a cached `undefined` or `null`. */
interface Entry {
  readonly client: unknown;
}

export class InMemoryClientCache implements ClientCache {
  /** The only place that holds clients strongly. It has no dispose hook on purpose: eviction must have no effects. */
  private readonly linked: LRUCache<string, Entry>;
  /** Asynchronous creates under way, by the key that shares them. */
  private readonly pending = new Map<string, Promise<unknown>>();
  /** All asynchronous creates under way, those whose key was deleted meanwhile included. */
  private readonly arriving = new Set<Promise<unknown>>();
  private readonly live = new Set<LiveClient>();
  /** An ephemeron table, so that a closer which captured its own client does not keep that client alive. */
  private readonly closers = new WeakMap<object, CloseClient<never>>();
  private readonly collected = new FinalizationRegistry<LiveClient>((client) => this.live.delete(client));
  private readonly endings: Promise<void>[] = [];
  private readonly closeTimeoutMs: number;
  private readonly onCloseFailure: (key: string, error: unknown) => void;
  private closed: Promise<void> | undefined;

  /** @throws RangeError where `maxSize` is not a whole number of at least 1. */
  constructor(options: Partial<ClientCacheOptions> = {}, ports: ClientCachePorts = {}) {
    const { maxSize, ttlMs, closeTimeoutMs } = { ...clientCacheDefaults, ...options };
    // Zero would make the LRU unbounded.
    if (!Number.isInteger(maxSize) || maxSize < 1) throw new RangeError(`maxSize must be at least 1, not ${maxSize}`);
    const clock = ports.clock ?? systemClock;
    this.closeTimeoutMs = closeTimeoutMs;
    this.onCloseFailure = ports.onCloseFailure ?? (() => undefined);
    // ttlResolution 0 spares the LRU a timer; it would otherwise start one for each millisecond in which it is read.
    this.linked = new LRUCache({
      max: maxSize,
      ttl: Math.ceil(ttlMs),
      ttlResolution: 0,
      perf: { now: () => clock.monotonic() },
    });
  }

  /** How many clients are linked, expired ones that nobody has asked for since included. */
  get size(): number {
    return this.linked.size;
  }

  /** How many clients shutdown would close now: the linked ones and evicted ones not yet collected. */
  get liveCount(): number {
    return this.live.size;
  }

  /**
   * See `ClientCache`. A client given without `close` is closed by its own `close()` where it has one.
   * Only objects can be closed: a primitive that leaves the cache leaves no trace.
   *
   * @throws GatewayError `shutting_down` once `close()` was called; a create that ends later rejects with the same.
   */
  getOrCreate<T>(key: string, create: () => T | Promise<T>, close?: CloseClient<T>): T | Promise<T> {
    const entry = this.linked.get(key);
    // The caller vouches that one key always stands for one type.
    if (entry !== undefined) return entry.client as T;
    if (this.closed !== undefined) throw closedError(key);
    const pending = this.pending.get(key);
    if (pending !== undefined) return pending as Promise<T>;

    const made = create();
    if (isPromiseLike(made)) return this.createLater(key, made, close);
    this.track(key, made, close);
    this.linked.set(key, { client: made });
    return made;
  }

  delete(key: string): boolean {
    const wasPending = this.pending.delete(key);
    return this.linked.delete(key) || wasPending;
  }

  /**
   * Closes every client that is still alive, evicted ones included, all at once and each one once. Waits for them and
   * for creates under way, but no longer than `closeTimeoutMs`. Never rejects; calling it again waits for the same end.
   */
  close(): Promise<void> {
    this.closed ??= this.closeAll();
    return this.closed;
  }

  private createLater<T>(key: string, made: PromiseLike<T>, close: CloseClient<T> | undefined): Promise<T> {
    const arrive = async (): Promise<T> => {
      try {
        const client = await made;
        const tracked = this.track(key, client, close);
        if (this.closed !== undefined) {
          if (tracked !== undefined) this.endings.push(this.end(tracked));
          throw closedError(key);
        }
        // Not so where the key was deleted, and perhaps created anew, in the meantime.
        if (this.pending.get(key) === arrival) this.linked.set(key, { client });
        return client;
      } finally {
        if (this.pending.get(key) === arrival) this.pending.delete(key);
        this.arriving.delete(arrival);
      }
    };
    // `arrive` waits for `made` before it looks at `arrival`.
    const arrival = arrive();
    this.pending.set(key, arrival);
    this.arriving.add(arrival);
    return arrival;
  }

  private track<T>(key: string, client: T, close: CloseClient<T> | undefined): LiveClient | undefined {
    if (!isObject(client)) return undefined;
    const closer = close ?? ownCloser(client);
    // A client that is cached under two keys is closed once.
    if (closer === undefined || this.closers.has(client)) return undefined;
    const tracked: LiveClient = { key, client: new WeakRef(client) };
    this.closers.set(client, closer);
    this.live.add(tracked);
    this.collected.register(client, tracked);
    return tracked;
  }

  private async closeAll(): Promise<void> {
    const unfinished = new Set(this.live);
    for (const tracked of this.live) this.endings.push(this.end(tracked).then(() => void unfinished.delete(tracked)));
    this.live.clear();
    this.linked.clear();
    this.pending.clear();

    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.closeTimeoutMs);
    });
    // Creates that end now add their own endings, hence the order.
    const finished = Promise.allSettled(this.arriving).then(() => Promise.all(this.endings));
    await Promise.race([finished, timeout]);
    clearTimeout(timer);
    for (const { key } of unfinished) {
      this.onCloseFailure(key, new Error(`not closed within ${this.closeTimeoutMs} ms`));
    }
  }

  private async end(tracked: LiveClient): Promise<void> {
    const client = tracked.client.deref();
    if (client === undefined) return;
    this.live.delete(tracked);
    try {
      // The table pairs each client with a closer of its own type.
      await this.closers.get(client)?.(client as never);
    } catch (error) {
      this.onCloseFailure(tracked.key, error);
    }
  }
}

function closedError(key: string): GatewayError {
  return new GatewayError('shutting_down', { detail: `the client cache is closed, it makes no client for ${key}` });
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return isObject(value) && 'then' in value && typeof value.then === 'function';
}

function ownCloser(client: object): CloseClient<{ close(): void | Promise<void> }> | undefined {
  return 'close' in client && typeof client.close === 'function' ? (self) => self.close() : undefined;
}
