/** Looks at the batches whose cost is not in the ledger yet: those that are due, and those that somebody has just seen finish. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { RANDOM } from '../../config/ports.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Random } from '../../core/spec/clock.js';
import type { StoredBatch } from '../../database/database-client.js';
import { BatchLedger } from './batch-ledger.service.js';
import { BatchRepository } from './batch.repository.js';

/** A batch is looked at when it is due; whether any is, is asked this often at least. */
const longestTickMs = 10_000;
const batchesAPass = 50;
const shutdownMs = 5_000;

@Injectable()
export class BatchPoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Batches');
  private readonly running = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly batches: BatchRepository,
    private readonly ledger: BatchLedger,
    private readonly settings: SettingsService,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  /** Before the journal closes. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.ledger.stop();
    // A provider that is silent is not waited for: its batch is taken up again by whoever comes next.
    const waited = new AbortController();
    await Promise.race([
      Promise.all(this.running),
      wait(shutdownMs, undefined, { signal: waited.signal }).catch(() => undefined),
    ]);
    waited.abort();
  }

  /** Sees to a batch that has just finished, without anybody waiting for it. */
  notice(batch: StoredBatch): void {
    if (batch.finished && batch.costState === 'pending') this.start(this.ledger.advance(batch.id));
  }

  /** One pass over what is due. */
  async pass(): Promise<void> {
    for (const { id } of await this.batches.listDue(batchesAPass)) {
      if (this.stopped) return;
      await this.ledger.advance(id);
    }
  }

  /** Never rejects: what went wrong is told, and tried again with the next pass. */
  private start(work: Promise<void>): void {
    const told = work
      .catch((error: unknown) => {
        // While the database is away everybody else says so too.
        if (error instanceof GatewayError && error.code === 'database_unavailable') return;
        this.logger.error({ message: 'A batch could not be charged; it is tried again', reason: String(error) });
      })
      .finally(() => this.running.delete(told));
    this.running.add(told);
  }

  /** Processes that were started together do not stay together. */
  private schedule(): void {
    if (this.stopped) return;
    const tickMs = Math.min(this.settings.general.batchPollIntervalMs, longestTickMs);
    this.timer = setTimeout(
      () => {
        const pass = this.pass();
        this.start(pass);
        pass.then(
          () => this.schedule(),
          () => this.schedule(),
        );
      },
      tickMs * (0.5 + this.random() / 2),
    ).unref();
  }
}
