/** Sees to the leases of this process now and then: renews them, gives back what is not needed, drops what is used up. */
import type { AccountBudget } from './account-budget.js';
import type { BudgetStore, OwnLease } from './budget-store.js';

export class LeaseKeeper {
  /** @param accounts every account of which this process may have a lease */
  constructor(
    private readonly store: BudgetStore,
    private readonly accounts: ReadonlyMap<string, AccountBudget>,
  ) {}

  /** Rejects where the database is away; the next look makes up for it. */
  async keep(): Promise<void> {
    const rows = await this.store.renew();
    const byAccount = new Map<string, OwnLease[]>();
    for (const row of rows) byAccount.set(row.account, [...(byAccount.get(row.account) ?? []), row]);
    for (const account of this.accounts.values()) {
      await account.leases.compare(byAccount.get(account.id) ?? []);
      account.returnIdle();
      account.returnUnused();
    }
    for (const row of rows) {
      const isUsedUp = row.grantedNanos === row.settledNanos;
      const leases = this.accounts.get(row.account)?.leases;
      if (leases) await (isUsedUp && leases.drop(row));
      else await this.end(row, isUsedUp);
    }
  }

  /** Nobody here spends of it. */
  private async end(row: OwnLease, isUsedUp: boolean): Promise<void> {
    if (isUsedUp) await this.store.drop(row);
    else await this.store.giveBack(row.account, row.epoch, row.grantedNanos - row.settledNanos);
  }
}
