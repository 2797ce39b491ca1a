/** The port through which core obtains HTTP pools and SDK clients without owning their lifetime. */

/** Ends one client for good; called by the cache at shutdown only. */
export type CloseClient<T> = (client: T) => void | Promise<void>;

/**
 * A bounded cache of long-lived clients.
 *
 * The one rule: eviction (by size, by age, by `delete`) only unlinks a client, now and for ever. Whoever still holds it
 * goes on using it; when nobody does, the garbage collector takes it. Only the cache's shutdown closes clients, each
 * exactly once, evicted ones that are still alive included.
 */
export interface ClientCache {
  /**
   * The client under `key`, made by `create` where there is none. Synchronous on a hit and for a synchronous `create`;
   * concurrent calls during an asynchronous `create` share one promise, and a failed `create` is not remembered.
   *
   * @param close ends the client at shutdown; plain values need none.
   */
  getOrCreate<T>(key: string, create: () => T | Promise<T>, close?: CloseClient<T>): T | Promise<T>;
  /** Unlinks the client under `key`, never closes it. True if there was one. */
  delete(key: string): boolean;
}
