/** The process's two lines to Redis, one for commands and one for messages: connects, notices an outage, and tries again until Redis is back. */
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { CLOCK, RANDOM } from '../config/ports.js';
import type { Clock, Random } from '../core/spec/clock.js';
import { closeLine, isRefusal, reasonOf, singleLine } from './redis-connection.js';
import { REDIS_OPTIONS, type RedisOptions } from './redis-options.js';

/** A command without an answer for so long means that Redis is away. */
const replyTimeoutMs = 2_000;
/** Otherwise a line on which nothing happens would not be known to be dead. */
const heartbeatMs = 1_000;
/** A primary that has become a replica: its address may lead to the new one by now. So often at most, since it may not. */
const readOnlyRetryMs = 10_000;

type MessageListener = (message: string) => void;

/** Redis is away, or was not there in time. Nobody's request fails by it: who asks Redis does without. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/**
 * Nothing waits in a queue for Redis to come back: a command while it is away fails at once. Log lines and errors hold no
 * password; ioredis' own errors carry the command that failed, so that only their message is ever passed on.
 */
@Injectable()
export class RedisService implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger('Redis');
  readonly #commands: Redis;
  readonly #messages: Redis;
  readonly #listeners = new Map<string, MessageListener[]>();
  readonly #upListeners: (() => void)[] = [];
  readonly #place: string;
  #state: 'unknown' | 'up' | 'down' = 'unknown';
  #reason: string | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #lookedForPrimaryAt = -Infinity;
  #stopped = false;

  constructor(
    @Inject(REDIS_OPTIONS) options: RedisOptions,
    @Inject(RANDOM) random: Random,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#place = `${options.host}:${options.port}`;
    this.#commands = this.#line(options, random);
    this.#messages = this.#line(options, random);
  }

  /** Both lines are there. */
  get isUp(): boolean {
    return this.#state === 'up';
  }

  /** Hears the messages of a channel; to be called before the application starts. */
  subscribe(channel: string, listener: MessageListener): void {
    this.#listeners.set(channel, [...(this.#listeners.get(channel) ?? []), listener]);
  }

  /** Calls `listener` each time that Redis has come (back): messages may have been missed until then, and none are from then on. */
  onUp(listener: () => void): void {
    this.#upListeners.push(listener);
  }

  /** @throws RedisUnavailable while Redis is away, at once, or when it goes away meanwhile; else what Redis answers */
  async run<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    if (!this.isUp) throw new RedisUnavailable('Redis is not available.');
    try {
      return await command(this.#commands);
    } catch (error) {
      const reason = reasonOf(error);
      if (isRefusal(error)) {
        if (reason.includes('READONLY')) this.#lookForPrimary(reason);
        throw new Error(reason);
      }
      this.#drop(reason);
      throw new RedisUnavailable(reason);
    }
  }

  /** Connects in the background: no start waits for Redis. */
  onModuleInit(): void {
    for (const client of [this.#commands, this.#messages]) void client.connect().catch(alreadyTold);
    this.#heartbeat = setInterval(() => void this.#beat(), heartbeatMs);
    this.#heartbeat.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    this.#state = 'down';
    clearInterval(this.#heartbeat);
    await Promise.all([closeLine(this.#commands), closeLine(this.#messages)]);
  }

  #line(options: RedisOptions, random: Random): Redis {
    const client = singleLine(options, options, { replyTimeoutMs, random });
    client.on('ready', () => void this.#begin());
    client.on('error', (error: unknown) => (this.#reason = reasonOf(error)));
    client.on('close', () => this.#down());
    client.on('message', (channel: string, message: string) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(message);
    });
    return client;
  }

  /** Subscribed first: what is told while the listeners read what they have missed comes as a message. */
  async #begin(): Promise<void> {
    if (this.#stopped || this.#commands.status !== 'ready' || this.#messages.status !== 'ready') return;
    try {
      const channels = [...this.#listeners.keys()];
      if (channels.length > 0) await this.#messages.subscribe(...channels);
    } catch (error) {
      this.#drop(reasonOf(error));
      return;
    }
    if (this.#isGone()) return;
    this.#state = 'up';
    this.#reason = undefined;
    this.#logger.log(`Redis at ${this.#place} is there: what this process knows is shared with others.`);
    for (const listener of this.#upListeners) listener();
  }

  #isGone(): boolean {
    return this.#stopped || this.isUp || this.#commands.status !== 'ready' || this.#messages.status !== 'ready';
  }

  #down(): void {
    if (this.#stopped || this.#state === 'down') return;
    this.#state = 'down';
    const reason = this.#reason ?? 'the connection was closed';
    this.#logger.warn(
      `Redis at ${this.#place} is not available (${reason}): this process goes by what it knows itself, and tries again until Redis is.`,
    );
  }

  async #beat(): Promise<void> {
    if (!this.isUp) return;
    try {
      await Promise.all([this.#commands.ping(), this.#messages.ping()]);
    } catch (error) {
      if (!isRefusal(error)) this.#drop(reasonOf(error));
    }
  }

  #lookForPrimary(reason: string): void {
    const now = this.clock.monotonic();
    if (now - this.#lookedForPrimaryAt < readOnlyRetryMs) return;
    this.#lookedForPrimaryAt = now;
    this.#drop(reason);
  }

  /** Both lines begin again: one that hangs would answer an old question when it comes back. */
  #drop(reason: string): void {
    if (this.#stopped) return;
    this.#reason ??= reason;
    this.#down();
    for (const client of [this.#commands, this.#messages]) if (client.status === 'ready') client.disconnect(true);
  }
}

/** A connection that fails says so by an event. */
function alreadyTold(): void {
  return undefined;
}
