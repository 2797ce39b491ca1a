/**
 * The leases of this process on one account. They are changed by one statement at a time; and after one of which nobody
 * knows whether it came to pass, what stands in the database is read before anything else is asked for.
 */
import type { BudgetStore, GrantTerms, OwnLease } from './budget-store.js';
import { Lease } from './lease.js';

export class AccountLeases {
  private readonly byEpoch = new Map<number, Lease>();
  private epoch: number;
  private isInDoubt = false;
  /** Of which nobody knows whether it is gone. */
  private dropping: OwnLease | undefined;
  private lastTurn: Promise<unknown> = Promise.resolve();
  private turns = 0;

  /** @param epoch of the account as it was read */
  constructor(
    private readonly account: string,
    epoch: number,
    private readonly store: BudgetStore,
  ) {
    this.epoch = epoch;
  }

  /** What requests are served from now. */
  get current(): Lease | undefined {
    return this.byEpoch.get(this.epoch);
  }

  get all(): readonly Lease[] {
    return [...this.byEpoch.values()];
  }

  /** Nothing is leased, and nothing is on its way or unknown. */
  get isEmpty(): boolean {
    return this.byEpoch.size === 0 && this.turns === 0 && !this.isInDoubt;
  }

  /** The account was read with this epoch: nothing more is reserved of the leases of others. */
  closeOthers(epoch: number): void {
    this.epoch = epoch;
    for (const lease of this.byEpoch.values()) if (lease.epoch !== epoch) lease.isClosed = true;
  }

  grant(terms: GrantTerms, nanos: bigint): Promise<boolean> {
    return this.inTurn(async () => {
      const isGranted = await this.store.grant(terms, nanos);
      if (isGranted) this.open(terms.epoch).grantedNanos += nanos;
      return isGranted;
    });
  }

  /** All that is left of the lease. */
  giveBack(lease: Lease): Promise<void> {
    return this.inTurn(async () => {
      const nanos = lease.unusedNanos;
      if (nanos === 0n || lease.isLost) return;
      // Gone from here first: it must not be spent while it is on its way, nor while nobody knows whether it has arrived.
      lease.grantedNanos -= nanos;
      if (!(await this.store.giveBack(this.account, lease.epoch, nanos))) this.lose(lease);
    });
  }

  /** @param row a lease of which the ledger has settled all that was granted */
  drop(row: OwnLease): Promise<void> {
    return this.inTurn(async () => {
      const lease = this.byEpoch.get(row.epoch);
      if (lease && (lease.reservedNanos !== 0n || lease.unusedNanos !== 0n)) return;
      // Forgotten first: where the answer is lost, a grant that comes to pass late opens the row anew, with nothing settled.
      this.byEpoch.delete(row.epoch);
      this.dropping = row;
      const isGone = await this.store.drop(row);
      this.dropping = undefined;
      if (!isGone) await this.findOut();
    });
  }

  /** @param rows as they stood a moment ago. What differs may be under way: where it is not, the database is right. */
  async compare(rows: readonly OwnLease[]): Promise<void> {
    const isSame = ({ epoch, grantedNanos }: OwnLease): boolean =>
      this.byEpoch.get(epoch)?.grantedNanos === grantedNanos;
    if (!this.isInDoubt && rows.length === this.byEpoch.size && rows.every(isSame)) return;
    this.isInDoubt = true;
    await this.inTurn(() => Promise.resolve());
  }

  private inTurn<T>(statement: () => Promise<T>): Promise<T> {
    this.turns += 1;
    const turn = this.lastTurn.then(async () => {
      try {
        if (this.isInDoubt) await this.findOut();
        this.isInDoubt = true;
        const outcome = await statement();
        this.isInDoubt = false;
        return outcome;
      } finally {
        this.turns -= 1;
      }
    });
    this.lastTurn = turn.catch(() => undefined);
    return turn;
  }

  private async findOut(): Promise<void> {
    // Asked again rather than waited for: what came to pass later would take away what is granted until then.
    if (this.dropping) {
      await this.store.drop(this.dropping);
      this.dropping = undefined;
    }
    const rows = new Map((await this.store.ownLeases(this.account)).map((row) => [row.epoch, row]));
    for (const lease of this.all) if (!rows.has(lease.epoch)) this.lose(lease);
    for (const { epoch, grantedNanos, settledNanos } of rows.values()) {
      const isKnown = this.byEpoch.has(epoch);
      const lease = this.open(epoch);
      lease.grantedNanos = grantedNanos;
      if (!isKnown) lease.settledNanos = settledNanos;
    }
  }

  private open(epoch: number): Lease {
    const lease = this.byEpoch.get(epoch) ?? new Lease(epoch);
    lease.isClosed = epoch !== this.epoch;
    this.byEpoch.set(epoch, lease);
    return lease;
  }

  /** The database knows the lease no more: what is reserved of it was given to others already. */
  private lose(lease: Lease): void {
    lease.isLost = true;
    this.byEpoch.delete(lease.epoch);
  }
}
