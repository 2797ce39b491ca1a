/** Stands between requests and a store: nothing waits for it past a deadline, and a store that does not answer is asked by probes alone. */
import { Logger } from '@nestjs/common';
import { StoreRefusal, type GuardedPlace } from './stores/answer-store.js';

export interface GuardOptions {
  /** Nothing waits for the store any longer. */
  readonly deadlineMs: number;
  /** Between two probes of a store that is away. */
  readonly probeMs?: number;
}

const usualProbeMs = 500;
/** A store that is not there so long after the start is away. */
const startMs = 1_000;
const startProbeMs = 50;
/** A store that answers probes, and none of so many requests in a row. */
const mostFailures = 3;

const longestClearMs = 60_000;

/** `starting` is as good as `away`, and nobody is told. */
export type StoreState = 'starting' | 'there' | 'full' | 'away';

export class StoreGuard<Store extends GuardedPlace> {
  private readonly logger = new Logger('Cache');
  private readonly deadlineMs: number;
  private readonly probeMs: number;
  private current: StoreState = 'starting';
  private failures = 0;
  private verifying = false;
  private stopped = false;
  private startedMs = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly store: Store,
    { deadlineMs, probeMs = usualProbeMs }: GuardOptions,
  ) {
    this.deadlineMs = deadlineMs;
    this.probeMs = probeMs;
  }

  get state(): StoreState {
    return this.current;
  }

  open(): void {
    this.store.open();
    this.startedMs = performance.now();
    void this.probe();
  }

  async close(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.store.close();
  }

  /** Undefined where the store does not give it in time. Never rejects. */
  async read<T>(ask: (store: Store) => Promise<T>): Promise<T | undefined> {
    if (this.current === 'starting' || this.current === 'away') return undefined;
    try {
      const answer = await this.inTime(ask(this.store));
      this.failures = 0;
      return answer;
    } catch (error) {
      this.failed(reasonOf(error));
      return undefined;
    }
  }

  /** False where it is not written. Never rejects. */
  async write(ask: (store: Store) => Promise<void>): Promise<boolean> {
    if (this.current !== 'there') return false;
    try {
      await this.inTime(ask(this.store));
      return true;
    } catch (error) {
      if (error instanceof StoreRefusal) this.become('full', error.message);
      else this.failed(reasonOf(error));
      return false;
    }
  }

  /** For what an operator asks for, and waits for: it may take its time. False where it was not done. Never rejects. */
  async clearAll(ask: (store: Store) => Promise<void>): Promise<boolean> {
    if (this.current === 'starting' || this.current === 'away') return false;
    try {
      await this.inTime(ask(this.store), longestClearMs);
      return true;
    } catch (error) {
      this.failed(reasonOf(error));
      return false;
    }
  }

  private async inTime<T>(work: Promise<T>, longestMs = this.deadlineMs): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${longestMs} ms`)), longestMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private failed(reason: string): void {
    this.failures += 1;
    if (this.failures >= mostFailures) this.become('away', reason);
    else void this.verify();
  }

  /** Asks at once, so that it is known soon however few requests come. */
  private async verify(): Promise<void> {
    if (this.verifying || this.stopped) return;
    this.verifying = true;
    try {
      await this.inTime(this.store.ping());
    } catch (error) {
      this.become('away', reasonOf(error));
    } finally {
      this.verifying = false;
    }
  }

  private async probe(): Promise<void> {
    if (this.stopped) return;
    try {
      await this.inTime(this.store.ping());
      await this.probeWrite();
    } catch (error) {
      if (this.isStarting()) this.probeAfter(startProbeMs);
      else {
        this.become('away', reasonOf(error));
        this.store.reset();
        this.probeAfter(this.probeMs);
      }
    }
  }

  private async probeWrite(): Promise<void> {
    try {
      await this.inTime(this.store.tryWrite());
      this.become('there');
    } catch (error) {
      if (!(error instanceof StoreRefusal)) throw error;
      this.become('full', error.message);
      this.probeAfter(this.probeMs);
    }
  }

  private isStarting(): boolean {
    return this.current === 'starting' && performance.now() - this.startedMs < startMs;
  }

  private probeAfter(ms: number): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.probe(), ms);
    this.timer.unref();
  }

  private become(next: StoreState, reason = ''): void {
    if (this.stopped || next === this.current) return;
    const before = this.current;
    this.current = next;
    this.failures = 0;
    if (next === 'away' && before !== 'starting') this.store.reset();
    // A probe that runs tries again by itself.
    if (next !== 'there') this.probeAfter(this.probeMs);
    const { place } = this.store;
    if (next === 'there') this.logger.log(`The cache in ${place} is there: answers are kept in it.`);
    else if (next === 'full')
      this.logger.warn(`The cache in ${place} takes no answers (${reason}): those in it are used until it does again.`);
    else this.logger.warn(`The cache in ${place} is not available (${reason}): requests do without, until it is.`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
