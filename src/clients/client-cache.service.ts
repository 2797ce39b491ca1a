/** The gateway's one client cache: core's cache bound to Nest's life cycle and log. */
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { InMemoryClientCache, type ClientCacheOptions } from '../core/client-cache/in-memory-client-cache.js';
import type { ClientCache, CloseClient } from '../core/spec/client-cache.js';
import { CLIENT_CACHE_OPTIONS } from './client-cache.options.js';

/** Eviction never closes a client; `onApplicationShutdown` closes every client that is still alive. */
@Injectable()
export class ClientCacheService implements ClientCache, OnApplicationShutdown {
  private readonly logger = new Logger(ClientCacheService.name);
  private readonly cache: InMemoryClientCache;

  constructor(@Inject(CLIENT_CACHE_OPTIONS) options: Partial<ClientCacheOptions>) {
    this.cache = new InMemoryClientCache(options, {
      onCloseFailure: (key, error) => this.logger.error(`Client ${key} did not close: ${messageOf(error)}`),
    });
  }

  /** How many clients are linked. */
  get size(): number {
    return this.cache.size;
  }

  /** How many clients shutdown would close now, evicted ones that are still alive included. */
  get liveCount(): number {
    return this.cache.liveCount;
  }

  getOrCreate<T>(key: string, create: () => T | Promise<T>, close?: CloseClient<T>): T | Promise<T> {
    return this.cache.getOrCreate(key, create, close);
  }

  delete(key: string): boolean {
    return this.cache.delete(key);
  }

  onApplicationShutdown(): Promise<void> {
    return this.cache.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
