/** The table of batches: whose they are, how far they are, and who is charging them now. */
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import type { Clock } from '../../core/spec/clock.js';
import type { Prisma, StoredBatch } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { SpendService } from '../../spend/spend.service.js';
import { visibleTo, type ObjectOwner } from '../object-owner.js';
import { storable } from '../storable.js';
import { pageOf, toPage, type ObjectPage, type PageQuery } from '../object-page.js';

export type NewBatch = Omit<
  Prisma.StoredBatchCreateInput,
  'ledgerId' | 'createdAt' | 'seenAt' | 'dueAt' | 'costState' | 'claim' | 'claimedUntil' | 'journaledAt' | 'failures'
>;

/** `pending`: nothing is charged yet; `journaled`: charged, its row is on its way; `recorded`: its row is in the database. */
export type CostState = 'pending' | 'journaled' | 'recorded';

/** Whoever holds a claim for longer than this without renewing it has died. */
export const claimMs = 5 * 60_000;

@Injectable()
export class BatchRepository {
  constructor(
    private readonly database: DatabaseService,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly spend: SpendService,
  ) {}

  async find(id: string, owner: ObjectOwner): Promise<StoredBatch | null> {
    return this.database.run((client) => client.storedBatch.findFirst({ where: { id, ...visibleTo(owner) } }));
  }

  async findById(id: string): Promise<StoredBatch | null> {
    return this.database.run((client) => client.storedBatch.findUnique({ where: { id } }));
  }

  async list(owner: ObjectOwner, query: PageQuery): Promise<ObjectPage<StoredBatch>> {
    const where = { ...visibleTo(owner), ...(query.provider !== undefined && { provider: query.provider }) };
    const rows = await this.database.run((client) => client.storedBatch.findMany({ where, ...pageOf(query) }));
    return toPage(rows, query.limit);
  }

  /** The id of its ledger row is made here: however often it is charged, it is charged under this one. */
  async add(batch: NewBatch): Promise<StoredBatch> {
    const now = this.after(0);
    const object = storable(batch.object);
    const data = { ...batch, object, ledgerId: this.spend.newRequestId(), createdAt: now, seenAt: now, dueAt: now };
    return this.database.run((client) => client.storedBatch.create({ data }));
  }

  /** What the provider says now. A batch that has finished does not change any more, whoever saw it earlier. */
  async see(id: string, object: Prisma.InputJsonObject, finished: boolean): Promise<void> {
    const data = { object: storable(object), finished, seenAt: this.after(0), failures: 0 };
    await this.database.run((client) => client.storedBatch.updateMany({ where: { id, finished: false }, data }));
  }

  // The cost

  /** Those whose cost is to be looked at now. */
  async listDue(limit: number): Promise<readonly StoredBatch[]> {
    return this.database.run((client) =>
      client.storedBatch.findMany({
        where: { costState: { not: 'recorded' }, dueAt: { lte: this.after(0) } },
        orderBy: { dueAt: 'asc' },
        take: limit,
      }),
    );
  }

  /** True for one caller of all, until the claim is released or has run out. */
  async claim(id: string, claim: string): Promise<boolean> {
    const now = this.after(0);
    const { count } = await this.database.run((client) =>
      client.storedBatch.updateMany({
        where: { id, costState: { not: 'recorded' }, OR: [{ claim: null }, { claimedUntil: { lt: now } }] },
        data: { claim, claimedUntil: this.after(claimMs) },
      }),
    );
    return count === 1;
  }

  /** False where the claim was lost meanwhile. */
  async renew(id: string, claim: string): Promise<boolean> {
    const data = { claimedUntil: this.after(claimMs) };
    const { count } = await this.database.run((client) =>
      client.storedBatch.updateMany({ where: { id, claim }, data }),
    );
    return count === 1;
  }

  /** Ends a claim; nothing happens where it was lost. */
  async release(
    id: string,
    claim: string,
    next: { readonly dueInMs: number; readonly costState?: CostState; readonly failures?: number },
  ): Promise<void> {
    const { dueInMs, costState, failures } = next;
    await this.database.run((client) =>
      client.storedBatch.updateMany({
        where: { id, claim },
        data: {
          claim: null,
          claimedUntil: null,
          dueAt: this.after(dueInMs),
          ...(costState !== undefined && { costState }),
          ...(costState === 'journaled' && { journaledAt: this.after(0) }),
          ...(failures !== undefined && { failures }),
        },
      }),
    );
  }

  /** Whether the row of a batch has reached the ledger. */
  async isRecorded(ledgerId: string): Promise<boolean> {
    const where = { requestId: ledgerId };
    const row = await this.database.run((client) => client.spendLog.findUnique({ where, select: { requestId: true } }));
    return row !== null;
  }

  private after(ms: number): Date {
    return new Date(this.clock.now() + ms);
  }
}
