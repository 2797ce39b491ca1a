/** Budget accounts in memory that behave as the database's, with the ledger's part in them. */
import { takenFrom } from '../../../spend/payers.js';
import type { AccountReading, BudgetStore, GrantTerms, LeaseReading, OwnLease } from '../budget-store.js';

interface LeaseRow {
  readonly account: string;
  readonly holder: string;
  readonly epoch: number;
  grantedNanos: bigint;
  settledNanos: bigint;
  renewedAtMs: number;
}

type Account = { -readonly [Name in keyof AccountReading]: AccountReading[Name] };

/** One request as the journal has it. */
export interface JournaledCost {
  readonly account: string;
  readonly costNanos: bigint;
  readonly reservedNanos: bigint;
  /** Of the lease; undefined where nothing was reserved. */
  readonly epoch: number | undefined;
}

export class MemoryBudgets {
  readonly accounts = new Map<string, Account>();
  readonly leases = new Map<string, LeaseRow>();
  /** Accounts that were asked for, in order, each with who asked. */
  readonly recalls: { readonly account: string; readonly holder: string }[] = [];
  isAway = false;
  /** Asked at each statement: whether its answer is lost. The work is done. */
  losesAnswer: () => boolean = () => false;
  /** A statement whose answer is lost comes to pass only when `catchUp` is called. */
  isLate = false;
  private late: (() => unknown)[] = [];

  constructor(private readonly now: () => number) {}

  add(id: string, maxNanos: bigint | null, given: Partial<AccountReading> = {}): void {
    this.accounts.set(id, {
      ...{ id, owner: id.replace(/\/[wm]\/.*/, ''), model: null, spentNanos: 0n, committedNanos: 0n, maxNanos },
      ...{ softNanos: null, increaseNanos: null, increaseUntil: null, epoch: 0, duration: null, resetAt: null },
      ...given,
    });
  }

  /** As `foldAccounts` does. */
  settle(holder: string, { account: id, costNanos, reservedNanos, epoch }: JournaledCost): void {
    const account = this.get(id);
    const taken = epoch === undefined ? 0n : takenFrom(reservedNanos, costNanos, true);
    account.spentNanos += costNanos;
    account.committedNanos += costNanos - taken;
    const lease = this.leases.get(keyOf(id, holder, epoch ?? -1));
    if (lease) lease.settledNanos += taken;
    else account.committedNanos += taken;
  }

  /** As management does. */
  setLimit(id: string, maxNanos: bigint): void {
    const account = this.get(id);
    account.maxNanos = maxNanos;
    account.epoch += 1;
  }

  reset(id: string): void {
    const account = this.get(id);
    account.committedNanos -= account.spentNanos;
    account.spentNanos = 0n;
    account.epoch += 1;
  }

  /** Ends leases whose processes have not been heard of since. */
  expire(beforeMs: number): void {
    for (const [key, lease] of this.leases) {
      if (lease.renewedAtMs >= beforeMs) continue;
      this.leases.delete(key);
      const account = this.get(lease.account);
      account.committedNanos -= lease.grantedNanos - lease.settledNanos;
      account.epoch += 1;
    }
  }

  catchUp(): void {
    for (const work of this.late.splice(0)) work();
  }

  leftOf(id: string): bigint {
    let left = 0n;
    for (const lease of this.leases.values()) if (lease.account === id) left += lease.grantedNanos - lease.settledNanos;
    return left;
  }

  get(id: string): Account {
    const account = this.accounts.get(id);
    if (!account) throw new Error(`There is no account ${id}`);
    return account;
  }

  storeOf(holder: string): BudgetStore {
    const turn = async <T>(work: () => T): Promise<T> => {
      await Promise.resolve();
      if (this.isAway) throw new Error('the database is away');
      if (!this.losesAnswer()) return work();
      if (this.isLate) this.late.push(work);
      else work();
      throw new Error('the connection broke');
    };
    const own = (id: string, epoch: number): LeaseRow | undefined => this.leases.get(keyOf(id, holder, epoch));
    return {
      findAccount: (id) =>
        turn(() => {
          const account = this.accounts.get(id);
          return account ? { account: { ...account }, leases: this.readingOf(id, holder) } : null;
        }),
      grant: (terms, nanos) => turn(() => this.grant(terms, holder, nanos)),
      giveBack: (id, epoch, nanos) =>
        turn(() => {
          const lease = own(id, epoch);
          if (!lease) return false;
          lease.grantedNanos -= nanos;
          this.get(id).committedNanos -= nanos;
          return true;
        }),
      ownLeases: (id) =>
        turn(() =>
          [...this.leases.values()]
            .filter((lease) => lease.holder === holder && lease.account === id)
            .map((lease): OwnLease => ({ ...lease })),
        ),
      renew: () =>
        turn(() => {
          const leases = [...this.leases.values()].filter((lease) => lease.holder === holder);
          for (const lease of leases) lease.renewedAtMs = this.now();
          return leases.map((lease): OwnLease => ({ ...lease }));
        }),
      drop: ({ account, epoch, grantedNanos, settledNanos }) =>
        turn(() => {
          const lease = own(account, epoch);
          const isSame = lease?.grantedNanos === grantedNanos && lease.settledNanos === settledNanos;
          return isSame && this.leases.delete(keyOf(account, holder, epoch));
        }),
      resetDue: () => turn(() => 0),
      expire: () => turn(() => 0),
      recall: (account) => turn(() => void this.recalls.push({ account, holder })),
      reset: ({ id, epoch }) =>
        turn(() => {
          if (this.get(id).epoch !== epoch) return false;
          this.reset(id);
          this.get(id).resetAt = null;
          return true;
        }),
    };
  }

  private grant({ account: id, epoch, maxNanos }: GrantTerms, holder: string, nanos: bigint): boolean {
    const account = this.accounts.get(id);
    if (account?.epoch !== epoch || account.committedNanos + nanos > maxNanos) return false;
    account.committedNanos += nanos;
    const key = keyOf(id, holder, epoch);
    const lease = this.leases.get(key);
    if (lease) lease.grantedNanos += nanos;
    else
      this.leases.set(key, {
        ...{ account: id, holder, epoch, grantedNanos: nanos, settledNanos: 0n, renewedAtMs: this.now() },
      });
    return true;
  }

  private readingOf(id: string, holder: string): LeaseReading {
    const ownSettledNanos = new Map<number, bigint>();
    const others = new Set<string>();
    let othersLeftNanos = 0n;
    for (const lease of this.leases.values()) {
      if (lease.account !== id) continue;
      if (lease.holder === holder) ownSettledNanos.set(lease.epoch, lease.settledNanos);
      else {
        others.add(lease.holder);
        othersLeftNanos += lease.grantedNanos - lease.settledNanos;
      }
    }
    return { ownSettledNanos, othersLeftNanos, others: others.size };
  }
}

function keyOf(account: string, holder: string, epoch: number): string {
  return `${account} ${holder} ${epoch}`;
}
