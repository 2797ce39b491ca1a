/** What this process may spend of one account without asking, and what it has reserved and settled of it. */

export class Lease {
  grantedNanos = 0n;
  /** Taken by requests that have ended. The ledger comes to the same sum once it has carried their rows. */
  settledNanos = 0n;
  reservedNanos = 0n;
  /** Nothing is reserved of it any more, and what is left goes back. */
  isClosed = false;
  /** It expired while the process could not renew it: the database knows it no more. */
  isLost = false;

  constructor(readonly epoch: number) {}

  get freeNanos(): bigint {
    return this.isClosed || this.isLost ? 0n : this.unusedNanos;
  }

  /** What would go back now. */
  get unusedNanos(): bigint {
    return this.grantedNanos - this.settledNanos - this.reservedNanos;
  }
}

/** So much of one lease for one request. */
export class Hold {
  private isOpen = true;

  constructor(
    readonly account: string,
    readonly lease: Lease,
    private held: bigint,
    private readonly freed: () => void,
  ) {
    lease.reservedNanos += held;
  }

  get nanos(): bigint {
    return this.held;
  }

  /** Keeps no more than `nanos` of it. */
  reduceTo(nanos: bigint): void {
    if (!this.isOpen || nanos >= this.held) return;
    this.lease.reservedNanos -= this.held - nanos;
    this.held = nanos;
    this.freed();
  }

  /** Ends it, once: so much was taken, the rest is free again. */
  settle(takenNanos: bigint): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.lease.reservedNanos -= this.held;
    this.lease.settledNanos += takenNanos;
    this.freed();
  }
}
