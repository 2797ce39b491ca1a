/** Sees to the leases of this process now and then: renews them, gives back what is not needed, drops what is used up. */
import type { AccountBudget } from './account-budget.js';
import type { BudgetStore, OwnLease } from './budget-store.js';
import { Lease } from './lease.js';

export class LeaseKeeper {
  /** Leases that stood otherwise in the database than in memory at the last look, and how they stood. */
  private strays = new Map<string, string>();

  /** @param accounts every account of which this process may have a lease */
  constructor(
    private readonly store: BudgetStore,
    private readonly accounts: ReadonlyMap<string, AccountBudget>,
  ) {}

  /** Rejects where the database is away; the next look makes up for it. */
  async keep(): Promise<void> {
    // As of now: what is granted while the database is asked is not lost because it is not in the answer.
    const before = new Set([...this.accounts.values()].flatMap(({ leases }) => [...leases.values()]));
    const rows = await this.store.renew();
    const found = new Set(rows.map(keyOf));
    for (const account of this.accounts.values()) {
      for (const lease of account.leases.values()) {
        const isThere = found.has(keyOf({ account: account.id, epoch: lease.epoch }));
        if (!isThere && before.has(lease)) account.lose(lease);
      }
    }
    await this.mend(rows);
    for (const account of this.accounts.values()) {
      account.returnIdle();
      account.returnUnused();
    }
    for (const row of rows) await this.dropUsedUp(row);
  }

  /**
   * Where the answer to a grant or a return was lost, the database and the memory differ from then on. What differs in the
   * same way at two looks is no work that is under way.
   */
  private async mend(rows: readonly OwnLease[]): Promise<void> {
    const strays = new Map<string, string>();
    for (const row of rows) {
      const account = this.accounts.get(row.account);
      const lease = account?.leases.get(row.epoch);
      if (lease ? lease.grantedNanos === row.grantedNanos : row.grantedNanos === row.settledNanos) continue;
      const [key, state] = [keyOf(row), `${lease?.grantedNanos ?? 'none'} ${row.grantedNanos}`];
      if (this.strays.get(key) !== state) strays.set(key, state);
      else if (lease) lease.grantedNanos = row.grantedNanos;
      else if (account) account.leases.set(row.epoch, strayLease(row, account));
      else await this.store.giveBack(row.account, row.epoch, row.grantedNanos - row.settledNanos);
    }
    this.strays = strays;
  }

  private async dropUsedUp(row: OwnLease): Promise<void> {
    if (row.grantedNanos !== row.settledNanos) return;
    const leases = this.accounts.get(row.account)?.leases;
    const lease = leases?.get(row.epoch);
    // Nothing is reserved, nothing left, and the ledger has settled all that was.
    if (lease && (lease.reservedNanos !== 0n || lease.unusedNanos !== 0n)) return;
    // From the memory first: what is granted from now on is another lease.
    leases?.delete(row.epoch);
    let isDropped = false;
    try {
      isDropped = await this.store.drop(row);
    } finally {
      if (!isDropped && leases && lease) this.putBack(leases, lease);
    }
  }

  /** Where nobody knows whether it was dropped, the next look finds out. */
  private putBack(leases: Map<number, Lease>, lease: Lease): void {
    const next = leases.get(lease.epoch) ?? new Lease(lease.epoch);
    next.grantedNanos += lease.grantedNanos;
    next.settledNanos += lease.settledNanos;
    leases.set(lease.epoch, next);
  }
}

function strayLease(row: OwnLease, account: AccountBudget): Lease {
  const lease = new Lease(row.epoch);
  lease.grantedNanos = row.grantedNanos;
  lease.settledNanos = row.settledNanos;
  lease.isClosed = row.epoch !== account.account.epoch;
  return lease;
}

function keyOf({ account, epoch }: Pick<OwnLease, 'account' | 'epoch'>): string {
  return `${account} ${epoch}`;
}
