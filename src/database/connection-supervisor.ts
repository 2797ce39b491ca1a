/** Keeps one process's view of the database true: connects at start, notices an outage, and tries again until the database is back. */
import type { Random } from '../core/spec/clock.js';
import { backoffMs } from './retry.js';
import type { Timer } from './timer.js';

export type DatabaseStatus = 'connecting' | 'ready' | 'unavailable';

export interface SupervisorPorts {
  /** Resolves once the database is migrated and answers. */
  readonly connect: () => Promise<void>;
  readonly timer: Timer;
  readonly random: Random;
  readonly log: { warn(message: string): void; info(message: string): void };
}

const backoff = { firstDelayMs: 200, maxDelayMs: 3_000 };

export class ConnectionSupervisor {
  #status: DatabaseStatus = 'connecting';
  #failures = 0;
  #stopped = false;
  #cancelRetry: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #lastLogged: string | undefined;

  constructor(private readonly ports: SupervisorPorts) {}

  get status(): DatabaseStatus {
    return this.#status;
  }

  /** The first attempt. A failure for which `isFatal` is true is thrown; any other is retried in the background. */
  async start(isFatal: (error: unknown) => boolean): Promise<void> {
    try {
      await this.ports.connect();
      this.#status = 'ready';
    } catch (error) {
      if (isFatal(error)) throw error;
      this.#unavailable(error);
      this.#retryLater();
    }
  }

  /** Told by whoever saw the database fail. Calls while an outage is known cost nothing. */
  reportOutage(error: unknown): void {
    if (this.#status !== 'ready' || this.#stopped) return;
    this.#unavailable(error);
    this.#retryLater();
  }

  /** Resolves when no attempt is under way and none will come. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#status = 'unavailable';
    this.#cancelRetry?.();
    await this.#running;
  }

  #unavailable(error: unknown): void {
    this.#status = 'unavailable';
    // Node reports a host with several addresses by an error without a message.
    const reason =
      error instanceof Error ? error.message || ('code' in error ? String(error.code) : error.name) : String(error);
    // Once per reason, not once per attempt.
    if (reason !== this.#lastLogged)
      this.ports.log.warn(`The database is not available, trying again until it is: ${reason}`);
    this.#lastLogged = reason;
  }

  #retryLater(): void {
    if (this.#stopped) return;
    const delayMs = backoffMs({ ...backoff, random: this.ports.random }, this.#failures);
    this.#cancelRetry = this.ports.timer.schedule(() => {
      this.#running = this.#retry();
    }, delayMs);
  }

  async #retry(): Promise<void> {
    try {
      await this.ports.connect();
    } catch (error) {
      this.#failures += 1;
      this.#unavailable(error);
      this.#retryLater();
      return;
    }
    if (this.#stopped) return;
    this.#status = 'ready';
    this.#failures = 0;
    this.#lastLogged = undefined;
    this.ports.log.info('The database is available again.');
  }
}
