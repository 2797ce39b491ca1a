/** Deletes rows of the spend log whose time is over, with the payloads that belong to them: in small batches with pauses, by one process at a time. */
import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { nextRun } from '../config/cron.js';
import type { SpendRetentionSettings } from '../config/gateway-config.js';
import { SettingsService } from '../config/settings.service.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { DATABASE_RUNTIME, systemRuntime, type DatabaseRuntime } from '../database/database-options.js';
import { DatabaseService } from '../database/database.service.js';
import { ExportClaim } from './export-claim.js';

const CLAIM = 'spend:retention';
const CLAIM_MS = 60_000;
const BATCH_ROWS = 500;
/** Others get the database between two batches. */
const PAUSE_MS = 50;
/** A reload may have changed the schedule: it is looked at again so often. */
const LOOK_MS = 60_000;

@Injectable()
export class SpendRetentionService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('SpendRetention');
  private readonly claim: ExportClaim;
  private cancel: (() => void) | undefined;
  private stopped = false;
  private dueMs: number | undefined;
  private dueBy: string | undefined;

  constructor(
    private readonly settings: SettingsService,
    private readonly database: DatabaseService,
    @Optional() @Inject(DATABASE_RUNTIME) private readonly runtime: DatabaseRuntime = systemRuntime,
  ) {
    this.claim = new ExportClaim(database, runtime, CLAIM, CLAIM_MS);
  }

  onApplicationBootstrap(): void {
    this.scheduleLook();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    this.cancel?.();
  }

  /**
   * Deletes what is due, if nobody else does at the moment. How many rows that were.
   *
   * @throws GatewayError `database_unavailable`; the next sweep goes on where this one stopped
   */
  async sweep(): Promise<number> {
    const { periodMs } = this.settings.general.spendRetention;
    if (periodMs === undefined || !(await this.claim.take())) return 0;
    const before = new Date(this.runtime.clock.now() - periodMs);
    let deleted = 0;
    try {
      for (;;) {
        const count = (await this.deleteRows(before)) + (await this.deletePayloads(before));
        deleted += count;
        if (count === 0 || this.stopped || !(await this.claim.keep())) return deleted;
        await this.runtime.timer.pause(PAUSE_MS);
      }
    } finally {
      await this.claim.release();
    }
  }

  private async deleteRows(before: Date): Promise<number> {
    return this.database.run(async ({ spendLog }) => {
      const rows = await spendLog.findMany({
        where: { startedAt: { lt: before } },
        orderBy: { startedAt: 'asc' },
        take: BATCH_ROWS,
        select: { requestId: true },
      });
      if (rows.length === 0) return 0;
      const { count } = await spendLog.deleteMany({ where: { requestId: { in: rows.map((row) => row.requestId) } } });
      return count;
    });
  }

  private async deletePayloads(before: Date): Promise<number> {
    return this.database.run(async ({ spendPayload }) => {
      const rows = await spendPayload.findMany({
        where: { startedAt: { lt: before } },
        orderBy: { startedAt: 'asc' },
        take: BATCH_ROWS,
        select: { requestId: true },
      });
      if (rows.length === 0) return 0;
      const ids = rows.map((row) => row.requestId);
      return (await spendPayload.deleteMany({ where: { requestId: { in: ids } } })).count;
    });
  }

  private scheduleLook(): void {
    this.cancel = this.runtime.timer.schedule(() => {
      void this.look()
        .catch((error: unknown) => this.report(error))
        .then(() => {
          if (!this.stopped) this.scheduleLook();
        });
    }, LOOK_MS);
  }

  private async look(): Promise<void> {
    const { spendRetention } = this.settings.general;
    if (!this.isDue(spendRetention)) return;
    const deleted = await this.sweep();
    if (deleted > 0)
      this.logger.log(`${deleted} rows and payloads of the spend log were deleted: their time was over.`);
  }

  /** Processes that start together do not sweep together: an interval begins at any point of it. */
  private isDue({ periodMs, intervalMs, cron }: SpendRetentionSettings): boolean {
    if (periodMs === undefined) return false;
    const now = this.runtime.clock.now();
    const schedule = JSON.stringify([periodMs, intervalMs, cron && [...cron.minutes, ...cron.hours]]);
    if (this.dueMs === undefined || this.dueBy !== schedule) {
      this.dueBy = schedule;
      this.dueMs = cron ? nextRun(cron, now) : now + intervalMs * this.runtime.random();
    }
    if (now < this.dueMs) return false;
    this.dueMs = cron ? nextRun(cron, now) : now + intervalMs;
    return true;
  }

  /** What is left is deleted the next time. */
  private report(error: unknown): void {
    if (error instanceof GatewayError && error.code === 'database_unavailable') return;
    this.logger.error({ message: 'Rows of the spend log could not be deleted.', cause: error });
  }
}
