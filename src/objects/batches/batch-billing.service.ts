/** Charges a finished batch to the key that made it: reads what it cost, and tells the ledger. */
import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/clock.js';
import type { StoredBatch } from '../../database/database-client.js';
import type { SpendAttempt, SpendIntent } from '../../spend/spend-intent.js';
import { SpendService } from '../../spend/spend.service.js';
import { BatchCosts } from './batch-costs.service.js';
import type { BatchBill } from './batch-cost.js';
import { BatchesService, lineModelsIn } from './batches.service.js';

/** LiteLLM's name of such a row. */
const callType = 'aretrieve_batch';

interface StoredOwner {
  readonly keyAlias?: string;
  readonly userId?: string;
  readonly teamId?: string;
  readonly organizationId?: string;
  readonly projectId?: string;
  readonly tags?: readonly string[];
}

@Injectable()
export class BatchBilling {
  private readonly logger = new Logger('Batches');

  constructor(
    private readonly batches: BatchesService,
    private readonly costs: BatchCosts,
    private readonly spend: SpendService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  refresh(batch: StoredBatch): Promise<StoredBatch> {
    return this.batches.refresh(batch);
  }

  /**
   * Writes the one row of a batch, under the id that it has had since it was made.
   *
   * @param isLastTry what cannot be read now is charged as unknown
   * @param keep is called while it is read, and with `now` before anything is written; it throws where the work is another's
   */
  async charge(batch: StoredBatch, isLastTry: boolean, keep: (now?: 'now') => Promise<void>): Promise<void> {
    const bill = await this.billOf(batch, isLastTry, keep);
    await keep('now');
    const nowMs = this.clock.now();
    // The reservation is what is charged where the process dies between the two lines of the journal.
    const ticket = await this.spend.begin(this.intentOf(batch, bill, nowMs));
    const { status } = batch.object as { status?: unknown };
    await ticket.settle({
      status: status === 'failed' ? 'failure' : 'success',
      endedAtMs: nowMs,
      stream: false,
      attempts: bill.attempts,
      spendNanos: bill.spendNanos,
      ...(bill.usage && { usage: bill.usage }),
      ...(bill.estimated && { usageEstimated: true }),
    });
  }

  private async billOf(batch: StoredBatch, isLastTry: boolean, keep: () => Promise<void>): Promise<BatchBill> {
    // Nobody knows how a batch has ended that its provider says nothing of any more.
    if (!batch.finished) return this.billByItself(batch);
    try {
      return await this.costs.read(batch, () => keep());
    } catch (error) {
      if (!(error instanceof GatewayError) || !(isLastTry || isGone(error))) throw error;
      this.logger.warn({ message: 'The output of a batch cannot be read', batch: batch.id, reason: error.message });
      return this.billByItself(batch);
    }
  }

  /** By what the batch says of itself; where that is nothing, as unpriced, which is not the same as free. */
  private async billByItself(batch: StoredBatch): Promise<BatchBill> {
    const usage = await this.batches.look(batch).then(
      (seen) => seen.usage,
      () => undefined, // nobody knows any more
    );
    if (usage) {
      const cost = await this.costs.open(batch);
      cost.addTotal(usage);
      return cost.bill();
    }
    return {
      attempts: [unknownAttempt(batch)],
      spendNanos: 0n,
      usage: undefined,
      estimated: true,
      lines: 0,
      failedLines: 0,
    };
  }

  private intentOf(batch: StoredBatch, bill: BatchBill, nowMs: number): SpendIntent {
    const { keyAlias, userId, teamId, organizationId, projectId, tags } = batch.owner as StoredOwner;
    const [named] = lineModelsIn(batch.models);
    return {
      requestId: batch.ledgerId,
      startedAtMs: nowMs,
      callType,
      apiKeyHash: batch.ownerKeyHash,
      modelGroup: named?.name ?? (batch.modelGroup || (bill.attempts[0]?.model ?? batch.provider)),
      reservationNanos: bill.spendNanos,
      ...(keyAlias !== undefined && { keyAlias }),
      ...(userId !== undefined && { userId }),
      ...(teamId !== undefined && { teamId }),
      ...(organizationId !== undefined && { organizationId }),
      ...(projectId !== undefined && { projectId }),
      ...(tags && tags.length > 0 && { tags }),
      metadata: {
        batch_id: batch.id,
        batch_created_at: batch.createdAt.toISOString(),
        batch_lines: bill.lines,
        batch_failed_lines: bill.failedLines,
      },
    };
  }
}

function unknownAttempt(batch: StoredBatch): SpendAttempt {
  const [named] = lineModelsIn(batch.models);
  return {
    deploymentId: batch.deploymentId,
    provider: batch.provider,
    model: named?.model ?? '',
    apiBase: batch.apiBase,
    status: 'success',
    costNanos: 0n,
    unpriced: true,
  };
}

/** What will not come back, however often it is asked for. */
function isGone({ code }: GatewayError): boolean {
  return code === 'upstream_not_found' || code === 'object_not_found';
}
