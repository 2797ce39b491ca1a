/** Budget accounts and leases in the database, for one process: every statement that takes money is conditional on what was read. */
import { nextReset } from '../definitions/next-reset.js';
import type { Clock } from '../../core/spec/clock.js';
import { limitsTopic, recallTopic } from '../../database/change-topics.js';
import type { ChangeFeedRepository } from '../../database/change-feed.repository.js';
import type { TransactionClient } from '../../database/database-client.js';
import type { DatabaseService } from '../../database/database.service.js';
import { releaseLease } from '../../spend/fold-accounts.js';
import type { AccountReading, BudgetStore, GrantTerms, LeaseReading, OwnLease } from './budget-store.js';

/** A process that has not been heard of for so long is dead, or cut off from the database. */
export const leaseTtlMs = 60_000;
/** Clocks of different machines differ, and whoever was cut off may be just coming back. */
const expiryGraceMs = 30_000;
const batch = 100;

export class PrismaBudgetStore implements BudgetStore {
  constructor(
    private readonly database: DatabaseService,
    private readonly feed: Pick<ChangeFeedRepository, 'append'>,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly timeZone: () => string,
    /** The journal of this process: its requests are settled against its leases. */
    private readonly holder: () => string,
  ) {}

  async findAccount(id: string): Promise<{ account: AccountReading; leases: LeaseReading } | null> {
    return this.database.run(async (client) => {
      const account = await client.budgetAccount.findUnique({ where: { id } });
      if (account === null) return null;
      const leases = await client.budgetLease.findMany({ where: { accountId: id } });
      const ownSettledNanos = new Map<number, bigint>();
      const others = new Set<string>();
      let othersLeftNanos = 0n;
      for (const { holder, epoch, grantedNanos, settledNanos } of leases) {
        if (holder === this.holder()) ownSettledNanos.set(epoch, settledNanos);
        else {
          others.add(holder);
          othersLeftNanos += grantedNanos - settledNanos;
        }
      }
      return { account, leases: { ownSettledNanos, othersLeftNanos, others: others.size } };
    });
  }

  grant({ account: id, epoch, maxNanos }: GrantTerms, nanos: bigint): Promise<boolean> {
    const holder = this.holder();
    return this.database.transaction(async (tx) => {
      const { count } = await tx.budgetAccount.updateMany({
        where: { id, epoch, committedNanos: { lte: maxNanos - nanos } },
        data: { committedNanos: { increment: nanos } },
      });
      if (count === 0) return false;
      const lease = { accountId: id, holder, epoch };
      const expiresAt = this.expiresAt();
      const grown = await tx.budgetLease.updateMany({
        where: lease,
        data: { grantedNanos: { increment: nanos }, expiresAt },
      });
      if (grown.count === 0) await tx.budgetLease.create({ data: { ...lease, grantedNanos: nanos, expiresAt } });
      return true;
    });
  }

  giveBack(id: string, epoch: number, nanos: bigint): Promise<boolean> {
    const lease = { accountId: id, holder: this.holder(), epoch };
    return this.database.transaction(async (tx) => {
      // The account first, as everywhere, though the lease decides.
      await tx.budgetAccount.updateMany({ where: { id }, data: { committedNanos: { decrement: nanos } } });
      const { count } = await tx.budgetLease.updateMany({
        where: lease,
        data: { grantedNanos: { decrement: nanos } },
      });
      if (count === 0)
        await tx.budgetAccount.updateMany({ where: { id }, data: { committedNanos: { increment: nanos } } });
      return count > 0;
    });
  }

  ownLeases(id: string): Promise<readonly OwnLease[]> {
    const where = { accountId: id, holder: this.holder() };
    return this.database.transaction(async (tx) => {
      // Under the account's lock, which each of those statements holds until it is committed or rolled back.
      await tx.budgetAccount.updateMany({ where: { id }, data: { committedNanos: { increment: 0n } } });
      return (await tx.budgetLease.findMany({ where })).map(toOwnLease);
    });
  }

  async renew(): Promise<readonly OwnLease[]> {
    const where = { holder: this.holder() };
    return this.database.run(async (client) => {
      await client.budgetLease.updateMany({ where, data: { expiresAt: this.expiresAt() } });
      return (await client.budgetLease.findMany({ where })).map(toOwnLease);
    });
  }

  async drop({ account, epoch, grantedNanos, settledNanos }: OwnLease): Promise<boolean> {
    const where = { accountId: account, holder: this.holder(), epoch, grantedNanos, settledNanos };
    return (await this.database.run((client) => client.budgetLease.deleteMany({ where }))).count > 0;
  }

  async recall(account: string): Promise<void> {
    await this.database.transaction((tx) => this.feed.append(tx, recallTopic, account));
  }

  reset(account: Pick<AccountReading, 'id' | 'epoch' | 'spentNanos' | 'duration' | 'owner'>): Promise<boolean> {
    const { id, epoch, spentNanos, duration, owner } = account;
    const resetAt = duration === null ? null : nextReset(duration, new Date(this.clock.now()), this.timeZone());
    return this.database.transaction(async (tx) => {
      // By as much as was read: what the ledger adds meanwhile is of the next window, and the leases go on.
      const less = { decrement: spentNanos };
      const { count } = await tx.budgetAccount.updateMany({
        where: { id, epoch },
        data: { spentNanos: less, committedNanos: less, epoch: { increment: 1 }, resetAt },
      });
      if (count > 0) await this.feed.append(tx, limitsTopic, owner);
      return count > 0;
    });
  }

  /** Begins the next window of every account whose window has ended. */
  async resetDue(): Promise<number> {
    let resets = 0;
    for (;;) {
      const due = await this.database.run((client) =>
        client.budgetAccount.findMany({
          where: { resetAt: { lte: new Date(this.clock.now()) } },
          orderBy: { resetAt: 'asc' },
          take: batch,
        }),
      );
      let done = 0;
      for (const account of due) if (await this.reset(account)) done += 1;
      resets += done;
      if (due.length < batch || done === 0) return resets;
    }
  }

  /** Ends the leases of processes that are gone. What they had begun is charged when their journals are adopted. */
  async expire(): Promise<number> {
    const before = new Date(this.clock.now() - expiryGraceMs);
    const where = { expiresAt: { lt: before } };
    const dead = await this.database.run((client) =>
      client.budgetLease.findMany({ where, orderBy: { accountId: 'asc' }, take: batch }),
    );
    let ended = 0;
    for (const { accountId, holder, epoch } of dead)
      if (await this.database.transaction((tx) => this.end(tx, { accountId, holder, epoch }, before))) ended += 1;
    return ended;
  }

  private async end(
    tx: TransactionClient,
    lease: { readonly accountId: string; readonly holder: string; readonly epoch: number },
    before: Date,
  ): Promise<boolean> {
    const id = lease.accountId;
    await tx.budgetAccount.updateMany({ where: { id }, data: { committedNanos: { increment: 0n } } });
    // Its process may have come back since it was found.
    const still = await tx.budgetLease.updateMany({
      where: { ...lease, expiresAt: { lt: before } },
      data: { expiresAt: before },
    });
    if (still.count === 0) return false;
    await releaseLease(tx, lease, 1);
    return true;
  }

  private expiresAt(): Date {
    return new Date(this.clock.now() + leaseTtlMs);
  }
}

function toOwnLease({
  accountId: account,
  epoch,
  grantedNanos,
  settledNanos,
}: Omit<OwnLease, 'account'> & { readonly accountId: string }): OwnLease {
  return { account, epoch, grantedNanos, settledNanos };
}
