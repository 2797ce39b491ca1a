/** Reads the change feed each second, and at once when it is woken, and tells the caches of this process what changed. */
import { Inject, Injectable, Logger, Optional, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ChangeFeedRepository, type ChangeEvent } from './change-feed.repository.js';
import { CHANGE_SIGNAL, type ChangeSignal } from './change-signal.js';
import { DATABASE_RUNTIME, systemRuntime, type DatabaseRuntime } from './database-options.js';

/** With `gap`, events were missed: the subscriber drops all that it caches. Called in order, and not awaited. */
export type ChangeSubscriber = (events: readonly ChangeEvent[], info: { readonly gap: boolean }) => void;

const intervalMs = 1_000;
/** Changes that come in a row are read together. */
const wakeDelayMs = 20;
const pageSize = 500;
/** A backlog longer than this is read on in the next second. */
const pagesPerPoll = 20;
const keepMs = 3_600_000;
const pruneEveryPolls = 60;
const pruneBatch = 1_000;

@Injectable()
export class ChangeFeedPoller implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger('ChangeFeed');
  readonly #subscribers = new Set<ChangeSubscriber>();
  #position: bigint | undefined;
  #lastSuccessAt: number | undefined;
  #failing = false;
  #stopped = false;
  #polls = 0;
  #running: Promise<void> | undefined;
  #cancelNext: (() => void) | undefined;
  #cancelWake: (() => void) | undefined;

  constructor(
    private readonly feed: ChangeFeedRepository,
    @Optional() @Inject(DATABASE_RUNTIME) private readonly runtime: DatabaseRuntime = systemRuntime,
    @Optional() @Inject(CHANGE_SIGNAL) signal?: ChangeSignal,
  ) {
    signal?.subscribe(() => this.#wake());
  }

  /** When the last successful poll began, on the clock's monotonic scale in milliseconds: all that was committed before is known. */
  get lastSuccessAt(): number | undefined {
    return this.#lastSuccessAt;
  }

  /** Whether this process has read the whole feed within the last `maxAgeMs`: if not, a cached answer is to be checked first. */
  isFresh(maxAgeMs = 2_000): boolean {
    return this.#lastSuccessAt !== undefined && this.runtime.clock.monotonic() - this.#lastSuccessAt <= maxAgeMs;
  }

  /** Returns what ends the subscription. */
  subscribe(subscriber: ChangeSubscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  onModuleInit(): void {
    this.#scheduleNext(0);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    this.#cancelNext?.();
    this.#cancelWake?.();
    await this.#running;
  }

  /** Reads now what there is; a call during a poll joins it. Never throws. */
  poll(): Promise<void> {
    this.#running ??= this.#pollOnce().finally(() => (this.#running = undefined));
    return this.#running;
  }

  #wake(): void {
    if (this.#stopped) return;
    this.#cancelWake ??= this.runtime.timer.schedule(() => {
      this.#cancelWake = undefined;
      void this.#pollAfterThis();
    }, wakeDelayMs);
  }

  /** A reading that is under way may have begun before the change was there. */
  async #pollAfterThis(): Promise<void> {
    await this.#running;
    if (!this.#stopped) await this.poll();
  }

  async #pollOnce(): Promise<void> {
    const startedAt = this.runtime.clock.monotonic();
    try {
      const caughtUp = await this.#readOn();
      if (caughtUp) this.#lastSuccessAt = startedAt;
      this.#polls += 1;
      if (this.#polls % pruneEveryPolls === 0) await this.feed.prune(keepMs, pruneBatch);
      if (this.#failing) this.#logger.log('The change feed can be read again.');
      this.#failing = false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#failing) this.#logger.warn(`The change feed cannot be read: ${reason}`);
      this.#failing = true;
    }
  }

  /** Whether the end of the feed was reached. */
  async #readOn(): Promise<boolean> {
    if (this.#position === undefined) {
      // What was cached before the first reading may be older than it.
      const head = await this.feed.head();
      this.#position = head;
      this.#publish([], true);
      return true;
    }
    for (let page = 0; page < pagesPerPoll; page += 1) {
      const { events, next, gap } = await this.feed.readAfter(this.#position, pageSize);
      this.#position = next;
      if (gap || events.length > 0) this.#publish(events, gap);
      if (events.length < pageSize) return true;
    }
    return false;
  }

  #publish(events: readonly ChangeEvent[], gap: boolean): void {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(events, { gap });
      } catch (error) {
        this.#logger.error(
          'A subscriber of the change feed failed.',
          error instanceof Error ? error.stack : String(error),
        );
      }
    }
  }

  #scheduleNext(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancelNext = this.runtime.timer.schedule(
      () => void this.poll().then(() => this.#scheduleNext(intervalMs)),
      delayMs,
    );
  }
}
