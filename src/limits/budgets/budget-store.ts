/** What leasing asks of the database: accounts as they stand, slices taken of them and given back, ends of windows. */

/** One budget account, with the leases on it. */
export interface AccountReading {
  readonly id: string;
  readonly owner: string;
  readonly model: string | null;
  readonly spentNanos: bigint;
  /** Spent, and what is left of all leases. */
  readonly committedNanos: bigint;
  readonly maxNanos: bigint | null;
  readonly softNanos: bigint | null;
  readonly increaseNanos: bigint | null;
  readonly increaseUntil: Date | null;
  readonly epoch: number;
  readonly duration: string | null;
  readonly resetAt: Date | null;
}

/** How the leases on an account stand. */
export interface LeaseReading {
  /** What the ledger has settled of this process's own leases, by epoch. */
  readonly ownSettledNanos: ReadonlyMap<number, bigint>;
  /** What is left of those of other processes. */
  readonly othersLeftNanos: bigint;
  /** How many other processes have one. */
  readonly others: number;
}

export interface OwnLease {
  readonly account: string;
  readonly epoch: number;
  readonly grantedNanos: bigint;
  readonly settledNanos: bigint;
}

/** What an account must be for a slice to be granted: as it was read. */
export interface GrantTerms {
  readonly account: string;
  readonly epoch: number;
  readonly maxNanos: bigint;
}

/** Of one process. Everything may reject with `database_unavailable`. */
export interface BudgetStore {
  findAccount(id: string): Promise<{ account: AccountReading; leases: LeaseReading } | null>;
  /** Commits a slice and adds it to the process's lease of this epoch; false where the account is not as in `terms`, or has no room. */
  grant(terms: GrantTerms, nanos: bigint): Promise<boolean>;
  /** Takes so much out of the lease and of what is committed; false where the lease is gone. */
  giveBack(account: string, epoch: number, nanos: bigint): Promise<boolean>;
  /** The process's leases on the account, once every statement about them that is under way has ended. */
  ownLeases(account: string): Promise<readonly OwnLease[]>;
  /** Says that the process lives. All its leases, as they stand. */
  renew(): Promise<readonly OwnLease[]>;
  /** Removes a lease that nothing is left of; false where it has changed meanwhile, and stays. */
  drop(lease: OwnLease): Promise<boolean>;
  /** Asks the other processes for what they have not used of an account. */
  recall(account: string): Promise<void>;
  /** Begins the next window of an account whose window has ended; false where somebody else has. */
  reset(account: Pick<AccountReading, 'id' | 'epoch' | 'spentNanos' | 'duration' | 'owner'>): Promise<boolean>;
  /** Begins the next window of every account whose window has ended; how many those were. */
  resetDue(): Promise<number>;
  /** Ends the leases of processes that are gone; how many those were. */
  expire(): Promise<number>;
}
