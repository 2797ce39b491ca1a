/** Says who a request's customer is, and refuses those who are blocked; what it knows is kept by the change feed. */
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CLOCK } from '../../config/ports.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/clock.js';
import { customerTopic } from '../../database/change-topics.js';
import { ChangeFeedPoller } from '../../database/change-feed.poller.js';
import { CustomerRepository, type CustomerRecord } from './customer.repository.js';

interface Entry {
  /** Null where nobody has declared it. */
  readonly record: CustomerRecord | null;
  /** Monotonic milliseconds. */
  readonly readAt: number;
}

/** Ids are made up by clients: what is kept of them is bounded. */
const maxEntries = 10_000;

@Injectable()
export class CustomerDirectory implements OnModuleInit, OnApplicationShutdown {
  readonly #entries = new LRUCache<string, Entry>({ max: maxEntries });
  readonly #reading = new Map<string, Promise<CustomerRecord | null>>();
  /** When there was no customer at all; most installations declare none, and need no look-ups. */
  #noneSince: number | undefined;
  /** Raised by every change: what was read before it is not kept. */
  #changes = 0;
  #unsubscribe: (() => void) | undefined;

  constructor(
    private readonly customers: CustomerRepository,
    private readonly feed: ChangeFeedPoller,
    private readonly settings: SettingsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.#unsubscribe = this.feed.subscribe((events, { gap }) => {
      if (gap) this.#forgetAll();
      for (const { topic, key } of events) if (topic === customerTopic) this.forget(key);
    });
  }

  onApplicationShutdown(): void {
    this.#unsubscribe?.();
  }

  /**
   * The customer, undefined where nobody has declared it. At once where that is known.
   *
   * @throws GatewayError `blocked_customer`; `database_unavailable` where it cannot be known and requests are not to be served so
   */
  admit(id: string): CustomerRecord | undefined | Promise<CustomerRecord | undefined> {
    if (this.settings.current().identity.customers.blocked.has(id)) throw blocked(id);
    const entry = this.#entries.get(id);
    if (entry && this.#isCertain(entry.readAt)) return unblocked(id, entry.record);
    if (!entry && this.#noneSince !== undefined && this.#isCertain(this.#noneSince)) return undefined;
    return this.#read(id, entry).then((record) => unblocked(id, record));
  }

  /** So that a change holds from now on. */
  forget(id: string): void {
    this.#changes++;
    this.#noneSince = undefined;
    this.#entries.delete(id);
    this.#reading.delete(id);
  }

  #forgetAll(): void {
    this.#changes++;
    this.#noneSince = undefined;
    this.#entries.clear();
    this.#reading.clear();
  }

  #isCertain(readAt: number): boolean {
    return this.clock.monotonic() - readAt <= this.settings.general.keyCacheTtlMs && this.feed.isFresh();
  }

  #read(id: string, known: Entry | undefined): Promise<CustomerRecord | null> {
    let reading = this.#reading.get(id);
    if (!reading) {
      reading = this.#readOnce(id, known).finally(() => {
        if (this.#reading.get(id) === reading) this.#reading.delete(id);
      });
      this.#reading.set(id, reading);
    }
    return reading;
  }

  async #readOnce(id: string, known: Entry | undefined): Promise<CustomerRecord | null> {
    const changes = this.#changes;
    const readAt = this.clock.monotonic();
    try {
      const record = await this.customers.find(id);
      const hasNone = record === null && this.#noneSince === undefined && !(await this.customers.hasAny());
      if (changes === this.#changes) {
        this.#entries.set(id, { record, readAt });
        if (hasNone) this.#noneSince = readAt;
      }
      return record;
    } catch (error) {
      if (this.#servesWithout(error)) return known?.record ?? null;
      throw error;
    }
  }

  /** A customer who is not known then is served as one whom nobody has declared: the key is known all the same. */
  #servesWithout(error: unknown): boolean {
    const isAway = error instanceof GatewayError && error.code === 'database_unavailable';
    return isAway && this.settings.general.allowRequestsOnDbUnavailable;
  }
}

function unblocked(id: string, record: CustomerRecord | null): CustomerRecord | undefined {
  if (record?.blocked) throw blocked(id);
  return record ?? undefined;
}

function blocked(customer: string): GatewayError {
  return new GatewayError('blocked_customer', { param: 'user', facts: { customer } });
}
