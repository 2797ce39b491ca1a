/**
 * Sees to it that each finished batch leaves exactly one row in the ledger, whoever looks at it, however often, and whatever
 * crashes in between.
 *
 * A batch has the id of its row from the beginning, and the ledger takes an id once. It is `pending` until it has been
 * charged, `journaled` until its row was seen in the database, and `recorded` then. Whoever works on it holds a claim, which
 * runs out when that process dies; the next one begins where the state says. So a crash before the journal's line repeats
 * the reading, a crash after it finds the row, and a journal that was lost with its machine is written again.
 */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/clock.js';
import type { StoredBatch, StoredFile } from '../../database/database-client.js';
import { BatchBilling } from './batch-billing.service.js';
import { BatchRepository, claimMs } from './batch.repository.js';

/** A journaled row is in the database after a second or so. */
const longestConfirmMs = 5_000;
/** A row that has not come by then was lost with its journal. */
const lostMs = 60 * 60_000;
const longestDelayMs = 60 * 60_000;
/** With the delays between them two days at least: a batch takes one. */
const mostFailures = 50;

@Injectable()
export class BatchLedger {
  private readonly logger = new Logger('Batches');
  private stopped = false;

  constructor(
    private readonly batches: BatchRepository,
    private readonly billing: BatchBilling,
    private readonly settings: SettingsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Lets go of what is being read: the next process, or the next start, begins anew. */
  stop(): void {
    this.stopped = true;
  }

  /** Brings one batch as far as it gets now: a look at the provider, the charge, the check of its row. */
  async advance(id: string): Promise<void> {
    const claim = randomUUID();
    if (this.stopped || !(await this.batches.claim(id, claim))) return;
    const batch = await this.batches.findById(id);
    // Whoever had the claim before has left it as it is now.
    if (!batch) return;
    try {
      await this.batches.release(id, claim, await this.step(batch, claim));
    } catch (error) {
      if (!this.stopped) this.logger.warn({ message: `A batch is not charged yet: ${String(error)}`, batch: id });
      const failures = batch.failures + (this.stopped ? 0 : 1);
      const dueInMs = this.stopped ? 0 : Math.min(this.intervalMs * 2 ** Math.min(failures, 20), longestDelayMs);
      await this.batches.release(id, claim, { dueInMs, failures });
    }
  }

  /**
   * Before the output of a batch is deleted: without it nobody could say any more what the batch cost.
   *
   * @throws GatewayError `conflict` where it cannot be charged now
   */
  async chargeBeforeDeletion({ id, batchId }: StoredFile): Promise<void> {
    const isUncharged = (batch: StoredBatch | null): boolean =>
      batch?.costState === 'pending' && (batch.object as { output_file_id?: unknown }).output_file_id === id;
    if (batchId === null || !isUncharged(await this.batches.findById(batchId))) return;
    await this.advance(batchId);
    if (!isUncharged(await this.batches.findById(batchId))) return;
    const reason = 'What this batch cost is still being read from its output. Delete it in a minute.';
    throw new GatewayError('conflict', { param: 'file_id', facts: { reason }, retryAfterMs: 60_000 });
  }

  private async step(batch: StoredBatch, claim: string): Promise<Parameters<BatchRepository['release']>[2]> {
    if (batch.costState === 'recorded') return { dueInMs: 0 };
    if (await this.batches.isRecorded(batch.ledgerId)) return { dueInMs: 0, costState: 'recorded' };
    const journaledAt = batch.journaledAt?.getTime();
    if (batch.costState === 'journaled' && journaledAt !== undefined && this.clock.now() - journaledAt < lostMs)
      return { dueInMs: this.confirmMs };
    const isLastTry = batch.failures >= mostFailures;
    const seen = isLastTry ? batch : await this.billing.refresh(batch);
    if (!seen.finished && !isLastTry) return { dueInMs: this.intervalMs, failures: 0 };
    await this.billing.charge(seen, isLastTry, this.keeper(batch.id, claim));
    return { dueInMs: this.confirmMs, costState: 'journaled', failures: 0 };
  }

  /** Keeps the claim while a long output is read, and ends the reading where it was lost. */
  private keeper(id: string, claim: string): (now?: 'now') => Promise<void> {
    let renewedAt = this.clock.monotonic();
    return async (now) => {
      if (this.stopped) throw new GatewayError('shutting_down');
      if (now === undefined && this.clock.monotonic() - renewedAt < claimMs / 3) return;
      if (!(await this.batches.renew(id, claim)))
        throw new GatewayError('conflict', { facts: { reason: 'Another process charges this batch.' } });
      renewedAt = this.clock.monotonic();
    };
  }

  private get confirmMs(): number {
    return Math.min(longestConfirmMs, this.intervalMs);
  }

  private get intervalMs(): number {
    return this.settings.general.batchPollIntervalMs;
  }
}
