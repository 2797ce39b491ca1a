/** The routing state that processes share, over Redis: breakers as they change, usage five times a second where limits are kept. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CLOCK } from '../config/ports.js';
import { SettingsService } from '../config/settings.service.js';
import type { Clock } from '../core/spec/clock.js';
import type { SharedRoutingListener, SharedRoutingState } from '../core/spec/shared-routing-state.js';
import { BreakerExchange } from './breaker-exchange.js';
import { parseBreakerMessage, RedisBreakerStore, type BreakerMessage } from './breaker-store.js';
import { REDIS_OPTIONS, type RedisOptions } from './redis-options.js';
import { RedisService, RedisUnavailable } from './redis.service.js';
import { UsageExchange } from './usage-exchange.js';
import { RedisUsageStore } from './usage-store.js';

/** News of breakers that comes at once goes in one batch. */
const breakerDelayMs = 20;
/** News that Redis has refused is offered again. */
const refusedDelayMs = 1_000;
const usageIntervalMs = 200;
/** A start waits so long at most to hear which deployments are out. */
const firstReadMs = 500;

type Kind = 'breakers' | 'usage counts';

@Injectable()
export class RedisRoutingState implements SharedRoutingState, OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger('Redis');
  readonly #listeners: SharedRoutingListener[] = [];
  readonly #breakers: BreakerExchange;
  readonly #usage: UsageExchange;
  #flush: NodeJS.Timeout | undefined;
  #usageTimer: NodeJS.Timeout | undefined;
  /** What Redis refuses at present. */
  readonly #refused = new Set<Kind>();
  #firstRead: () => void = () => undefined;

  constructor(
    private readonly redis: RedisService,
    private readonly settings: SettingsService,
    @Inject(REDIS_OPTIONS) { namespace }: RedisOptions,
    @Inject(CLOCK) clock: Clock,
  ) {
    const self = randomUUID();
    const store = new RedisBreakerStore(redis, namespace, self);
    this.#breakers = new BreakerExchange(store, self, clock, {
      opened: (deployment, leftMs) => this.#each((listener) => listener.opened(deployment, leftMs)),
      closed: (deployment) => this.#each((listener) => listener.closed(deployment)),
    });
    this.#usage = new UsageExchange(new RedisUsageStore(redis, namespace), clock, (...usage) =>
      this.#each((listener) => listener.used(...usage)),
    );
    redis.subscribe(store.channel, (text) => {
      const message = parseBreakerMessage(text);
      if (message && this.#sharesBreakers) this.#hear(message);
    });
    redis.onUp(() => void this.#catchUp());
  }

  opened(deployment: string, forMs: number, reason: string): void {
    this.#breakers.opened(deployment, forMs, reason);
    this.#flushSoon();
  }

  closed(deployment: string): void {
    this.#breakers.closed(deployment);
    this.#flushSoon();
  }

  used(deployment: string, requests: number, tokens: number): void {
    if (this.#sharesUsage) this.#usage.used(deployment, requests, tokens);
  }

  listen(listener: SharedRoutingListener): void {
    this.#listeners.push(listener);
  }

  /** A start does not wait for a Redis that is away. */
  async onModuleInit(): Promise<void> {
    this.#usageTimer = setInterval(() => void this.#exchangeUsage(), usageIntervalMs);
    this.#usageTimer.unref();
    await new Promise<void>((resolve) => {
      this.#firstRead = resolve;
      setTimeout(resolve, firstReadMs).unref();
    });
  }

  onApplicationShutdown(): void {
    clearInterval(this.#usageTimer);
    clearTimeout(this.#flush);
  }

  get #sharesBreakers(): boolean {
    return !this.settings.current().router.rules.cooldown.disabled;
  }

  get #sharesUsage(): boolean {
    return this.settings.current().router.rules.checks.rateLimits;
  }

  #hear(message: BreakerMessage): void {
    const { deployment } = message;
    if (message.event === 'closed') this.#logger.debug(`Deployment ${deployment} has answered again.`);
    else this.#logger.debug(`Deployment ${deployment} is out for ${message.leftMs} ms: ${message.reason}.`);
    this.#breakers.hear(message);
  }

  #each(tell: (listener: SharedRoutingListener) => void): void {
    for (const listener of this.#listeners) tell(listener);
  }

  async #catchUp(): Promise<void> {
    if (this.#sharesBreakers) await this.#guarded('breakers', () => this.#breakers.read());
    await Promise.all([this.#exchangeUsage(), this.#flushNow()]);
    this.#firstRead();
  }

  #flushSoon(delayMs = breakerDelayMs): void {
    this.#flush ??= setTimeout(() => void this.#flushNow(), delayMs).unref();
  }

  async #flushNow(): Promise<void> {
    if (!this.redis.isUp) {
      // It is all told when Redis is back.
      this.#flush = undefined;
      return;
    }
    const isTold = this.#breakers.isEmpty || (await this.#guarded('breakers', () => this.#breakers.flush()));
    // Not before the batch is through: what comes meanwhile goes with the next one.
    clearTimeout(this.#flush);
    this.#flush = undefined;
    if (!this.#breakers.isEmpty) this.#flushSoon(isTold ? breakerDelayMs : refusedDelayMs);
  }

  async #exchangeUsage(): Promise<void> {
    if (!this.#sharesUsage) this.#usage.forget();
    else if (this.redis.isUp) await this.#guarded('usage counts', () => this.#usage.exchange());
    else this.#usage.skip();
  }

  /** True where Redis did it. A Redis that is there and refuses, being full for instance, is told of once. */
  async #guarded(kind: Kind, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      if (this.#refused.delete(kind)) this.#logger.log(`Redis takes ${kind} again.`);
      return true;
    } catch (error) {
      if (error instanceof RedisUnavailable || this.#refused.has(kind)) return false;
      this.#refused.add(kind);
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.warn(`Redis refuses ${kind} (${reason}): this process goes by its own until Redis takes them.`);
      return false;
    }
  }
}
