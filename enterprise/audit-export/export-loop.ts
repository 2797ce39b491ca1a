/** Steps an exporter on and on: at once while there is more, soon where there is not, later and later while the sink is away. */
import type { LoggerService } from '@nestjs/common';
import { backoffMs } from '#src/database/retry.js';
import { systemTimer, type Timer } from '#src/database/timer.js';
import { systemRandom, type Random } from '#src/core/spec/clock.js';
import type { Exporter, ExporterState } from './exporter.js';

const idleMs = 2_000;
const heldMs = 15_000;
const retry = { firstDelayMs: 1_000, maxDelayMs: 60_000 };

export class ExportLoop {
  readonly #stopping = new AbortController();
  #turn: Promise<void> = Promise.resolve();
  #cancel: () => void = () => undefined;
  #failures = 0;

  constructor(
    private readonly exporter: Pick<Exporter, 'step' | 'release' | 'state'>,
    /** Asked before each step: a licence may end. */
    private readonly isOn: () => boolean,
    private readonly logger: Pick<LoggerService, 'warn' | 'log'>,
    private readonly ports: { readonly timer: Pick<Timer, 'schedule'>; readonly random: Random } = {
      timer: systemTimer,
      random: systemRandom,
    },
  ) {}

  get state(): ExporterState {
    return this.exporter.state;
  }

  start(): void {
    this.#next(0);
  }

  /** Ends a running delivery, and gives the sink free for another process. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('This process is shutting down.'));
    this.#cancel();
    await this.#turn;
    // Without the database, the claim ends by itself.
    await this.exporter.release().catch(() => undefined);
  }

  #next(delayMs: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#cancel = this.ports.timer.schedule(() => {
      this.#turn = this.#step().then((nextMs) => this.#next(nextMs));
    }, delayMs);
  }

  /** Never rejects. */
  async #step(): Promise<number> {
    if (!this.isOn()) return heldMs;
    const { sink } = this.exporter.state;
    try {
      const outcome = await this.exporter.step(this.#stopping.signal);
      if (this.#failures > 0) this.logger.log(`The audit log is exported to ${sink} again.`);
      this.#failures = 0;
      return outcome === 'sent' ? 0 : outcome === 'idle' ? idleMs : heldMs;
    } catch (error) {
      if (this.#stopping.signal.aborted) return 0;
      if (this.#failures === 0) this.logger.warn(`The audit log cannot be exported to ${sink}: ${messageOf(error)}`);
      this.#failures += 1;
      return backoffMs({ ...retry, random: this.ports.random }, this.#failures - 1);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
