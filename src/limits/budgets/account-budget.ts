/**
 * The money of one account as this process knows it: slices are leased of it ahead of need and spent in memory.
 *
 * A request is served at once from what is leased. Where that is not enough it waits in a line, and one worker at a time
 * asks the database for all that wait. Nobody is refused by what memory says alone.
 */
import { AccountLeases } from './account-leases.js';
import { budgetExceeded, budgetReserved, isOverBudget, limitOf } from './account-limit.js';
import type { BudgetContext } from './budget-context.js';
import type { AccountReading, LeaseReading } from './budget-store.js';
import { Hold, Lease } from './lease.js';
import { RecentSpend } from './recent-spend.js';

interface Waiter {
  readonly wantNanos: bigint;
  readonly leastNanos: bigint;
  readonly alias: string | undefined;
  readonly resolve: (hold: Hold | undefined) => void;
  readonly reject: (error: unknown) => void;
}

type Found = NonNullable<Awaited<ReturnType<BudgetContext['store']['findAccount']>>>;

/** Each try that failed was somebody else's that did not. */
const mostTries = 50;
/** After a recall that brought too little, and while others ask for what is left, nothing is leased ahead. */
const tightMs = 5_000;
const quietAfterRecallMs = 1_000;
const refreshMs = 1_000;

export class AccountBudget {
  readonly leases: AccountLeases;
  private readonly recent: RecentSpend;
  private waiting: Waiter[] = [];
  private isWorking = false;
  private returning: Promise<void> | undefined;
  private ownRecalls = 0;
  private recallEndsAt: number | undefined;
  private noRecallBefore = -Infinity;
  private tightUntil = -Infinity;
  private spentSinceReading = 0n;
  private readAt = -Infinity;

  /** @param configuredNanos the limit where the account has none of its own */
  constructor(
    private reading: AccountReading,
    private readonly context: BudgetContext,
    private readonly configuredNanos: () => bigint | undefined = () => undefined,
  ) {
    this.recent = new RecentSpend(context.clock);
    this.leases = new AccountLeases(reading.id, reading.epoch, context.store);
  }

  get id(): string {
    return this.reading.id;
  }

  /** As last read. */
  get account(): AccountReading {
    return this.reading;
  }

  /** Spent as far as this process knows, its own requests included that the ledger has not settled yet. */
  get spentNanos(): bigint {
    return this.reading.spentNanos + this.spentSinceReading;
  }

  get limitNanos(): bigint | undefined {
    return limitOf(this.reading, this.context.clock) ?? this.configuredNanos();
  }

  /** Requests that cost more than was reserved may have used up what was leased for others. */
  get isSpent(): boolean {
    const limit = this.limitNanos;
    return limit !== undefined && this.spentNanos >= limit;
  }

  /** Somebody waits, or something is on its way. */
  get isBusy(): boolean {
    return this.isWorking || this.waiting.length > 0 || this.returning !== undefined;
  }

  /** What the database says now, read on the way to something else. */
  update(reading: AccountReading, uncarriedNanos?: bigint): void {
    this.reading = reading;
    this.readAt = this.context.clock.monotonic();
    // Not known: some of it may be counted twice then, which makes the next request look for itself.
    if (uncarriedNanos !== undefined) this.spentSinceReading = uncarriedNanos;
    this.context.seen(this);
    this.leases.closeOthers(reading.epoch);
    this.returnUnused();
  }

  /** So much, if it is at hand. */
  tryHold(wantNanos: bigint): Hold | undefined {
    const lease = this.leases.current;
    if (!lease || lease.freeNanos < wantNanos || this.waiting.length > 0 || this.isSpent) return undefined;
    const hold = this.take(lease, wantNanos);
    if (this.recent.isLow(lease.freeNanos) && this.context.clock.monotonic() >= this.tightUntil) void this.work(true);
    return hold;
  }

  /** For requests that reserve nothing: what was spent elsewhere is looked up now and then, beside the request. */
  refresh(): void {
    if (this.isWorking || this.context.clock.monotonic() - this.readAt < refreshMs) return;
    this.readAt = this.context.clock.monotonic();
    // The database is away: what is known goes on to hold.
    void this.read().catch(() => undefined);
  }

  /**
   * Waits for as much as is to be had between `leastNanos` and `wantNanos`. Undefined where the account has no limit any more.
   *
   * @throws GatewayError `budget_exceeded`, `budget_reserved` or `database_unavailable`
   */
  hold(wantNanos: bigint, leastNanos: bigint, alias?: string): Promise<Hold | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ wantNanos, leastNanos, alias, resolve, reject });
      void this.work(false);
    });
  }

  /** A request has ended that cost so much, whether anything was reserved for it or not. */
  note(costNanos: bigint): void {
    if (costNanos === 0n) return;
    this.spentSinceReading += costNanos;
    this.context.seen(this);
  }

  /** Another process asks for what is not used here. */
  recalled(): void {
    if (this.ownRecalls > 0) {
      this.ownRecalls -= 1;
      return;
    }
    this.tightUntil = this.context.clock.monotonic() + tightMs;
    this.returnUnused(true);
  }

  /** Gives back what was leased ahead and has not been needed for some time. */
  returnIdle(): void {
    const lease = this.leases.current;
    if (lease && this.recent.isIdle && lease.freeNanos > 0n) this.returnUnused(true);
  }

  /** Resolves when nothing is on its way back any more. */
  async returned(): Promise<void> {
    while (this.returning) await this.returning;
  }

  /** @param everything of the lease that is in use too, and not only of those that are closed */
  returnUnused(everything = false): void {
    if (this.returning) return;
    // Less than nothing is left where a return came to pass after it was believed lost, and was spent meanwhile: that is owed.
    const goesBack = ({ unusedNanos, isClosed }: Lease): boolean =>
      unusedNanos < 0n || (unusedNanos > 0n && (isClosed || everything));
    const lease = this.leases.all.find(goesBack);
    if (!lease) return;
    // Where the database is away, what has not gone back does so at the next renewal, or expires.
    const end = (isDone: boolean): void => {
      this.returning = undefined;
      if (isDone) this.returnUnused();
    };
    this.returning = this.leases.giveBack(lease).then(
      () => end(true),
      () => end(false),
    );
  }

  private take(lease: Lease, nanos: bigint): Hold {
    this.recent.add(nanos);
    return new Hold(this.id, lease, nanos, () => {
      if (lease.isClosed && !lease.isLost) this.returnUnused();
    });
  }

  private async work(isAhead: boolean): Promise<void> {
    if (this.isWorking) return;
    this.isWorking = true;
    try {
      if (isAhead) await this.leaseAhead();
      for (let tries = 0; this.waiting.length > 0; tries += 1) {
        const before = this.waiting.length;
        await this.round(tries);
        if (this.waiting.length !== before || this.recallEndsAt !== undefined) tries = 0;
      }
    } finally {
      this.isWorking = false;
      this.recallEndsAt = undefined;
    }
  }

  /** Asks once for all that wait now, and ends the waiting of those for whom there is an answer. */
  private async round(tries: number): Promise<void> {
    this.serve(this.waiting.length);
    const asking = this.waiting.length;
    if (asking === 0) return;
    try {
      await this.returned();
      const found = await this.read();
      const limit = found ? this.limitNanos : undefined;
      if (!found || limit === undefined) this.end(asking, ({ resolve }) => resolve(undefined));
      else if (await this.beginsAnew(found.account)) return;
      else if (this.isSpent) await this.shareRest(asking, found, limit);
      else if (await this.lease(asking, found, limit)) this.serve(asking);
      else if (tries >= mostTries) this.end(asking, ({ reject }) => reject(budgetReserved(this.reading)));
      else if (limit <= found.account.committedNanos) await this.shareRest(asking, found, limit);
    } catch (error) {
      this.end(asking, ({ reject }) => reject(error));
    }
  }

  private async read(): Promise<Found | null> {
    const found = await this.context.store.findAccount(this.id);
    if (found) this.update(found.account, this.uncarriedNanos(found.leases));
    return found;
  }

  /** What was settled here and has not reached the ledger's accounts yet. */
  private uncarriedNanos({ ownSettledNanos }: LeaseReading): bigint {
    let sum = 0n;
    for (const { epoch, settledNanos } of this.leases.all) {
      const rest = settledNanos - (ownSettledNanos.get(epoch) ?? 0n);
      if (rest > 0n) sum += rest;
    }
    return sum;
  }

  private async beginsAnew(account: AccountReading): Promise<boolean> {
    if (account.resetAt === null || account.resetAt.getTime() > this.context.clock.now()) return false;
    return this.context.store.reset(account);
  }

  /** Leases what those who wait need, and some more where there is enough. */
  private async lease(asking: number, { account, leases }: Found, limit: bigint): Promise<boolean> {
    const room = limit - account.committedNanos;
    if (room <= 0n) return false;
    let needed = -(this.leases.current?.freeNanos ?? 0n);
    for (const { wantNanos } of this.waiting.slice(0, asking)) needed += wantNanos;
    const slice = this.slice(room, leases.others);
    const nanos = needed > slice ? needed : slice;
    return this.grant(account, limit, nanos < room ? nanos : room);
  }

  private async leaseAhead(): Promise<void> {
    try {
      const found = await this.read();
      const limit = found ? this.limitNanos : undefined;
      if (!found || limit === undefined) return;
      const slice = this.slice(limit - found.account.committedNanos, found.leases.others);
      if (slice <= this.recent.lastNanos || !(await this.grant(found.account, limit, slice)))
        this.tightUntil = this.context.clock.monotonic() + tightMs;
    } catch {
      // Nobody waits for it; who does not get on without it will ask, and be told.
      this.tightUntil = this.context.clock.monotonic() + tightMs;
    }
  }

  private async grant({ epoch }: AccountReading, maxNanos: bigint, nanos: bigint): Promise<boolean> {
    if (nanos <= 0n) return false;
    const isGranted = await this.leases.grant({ account: this.id, epoch, maxNanos }, nanos);
    if (isGranted) this.returnUnused();
    return isGranted;
  }

  private slice(room: bigint, others: number): bigint {
    if (room <= 0n || this.context.clock.monotonic() < this.tightUntil) return 0n;
    const share = room / 10n / BigInt(others + 1);
    const recent = this.recent.nanos;
    return share < recent ? share : recent;
  }

  /** In the order in which they came; the first that is not served holds the others up, so that a large one has its turn. */
  private serve(asking: number): void {
    const lease = this.leases.current ?? new Lease(this.reading.epoch);
    let served = 0;
    for (const { wantNanos, resolve } of this.waiting.slice(0, asking)) {
      if (lease.freeNanos < wantNanos || this.isSpent) break;
      resolve(this.take(lease, wantNanos));
      served += 1;
    }
    this.waiting.splice(0, served);
  }

  /** Nothing is left to be leased: who gets by with less gets that, and all others an answer. */
  private async shareRest(asking: number, { leases }: Found, limit: bigint): Promise<void> {
    const lease = this.leases.current ?? new Lease(this.reading.epoch);
    const { spentNanos } = this;
    const inTheWay: Waiter[] = [];
    this.end(asking, (waiter) => {
      const { wantNanos, leastNanos, alias, resolve, reject } = waiter;
      if (isOverBudget(this.id, spentNanos, leastNanos, limit)) {
        const exceeded = { account: this.reading, spentNanos, limitNanos: limit, alias };
        reject(budgetExceeded(exceeded, this.context.exceededStatus()));
      } else if (lease.freeNanos >= leastNanos) {
        const free = lease.freeNanos;
        resolve(this.take(lease, wantNanos < free ? wantNanos : free));
      } else inTheWay.push(waiter);
    });
    if (inTheWay.length === 0) return;
    if (await this.waitsForRecall(leases)) this.waiting.unshift(...inTheWay);
    else for (const { reject } of inTheWay) reject(budgetReserved(this.reading));
  }

  /** True while it may be that others give something back. */
  private async waitsForRecall({ othersLeftNanos }: LeaseReading): Promise<boolean> {
    const { clock, store, pause, recallPatience } = this.context;
    const now = clock.monotonic();
    if (this.recallEndsAt === undefined) {
      if (othersLeftNanos <= 0n || now < this.noRecallBefore) return false;
      this.tightUntil = now + tightMs;
      this.ownRecalls += 1;
      await store.recall(this.id);
      this.recallEndsAt = now + recallPatience.longestMs;
    } else if (now >= this.recallEndsAt || othersLeftNanos <= 0n) {
      this.recallEndsAt = undefined;
      this.noRecallBefore = now + quietAfterRecallMs;
      return false;
    }
    await pause(recallPatience.lookMs);
    return true;
  }

  private end(asking: number, how: (waiter: Waiter) => void): void {
    for (const waiter of this.waiting.splice(0, asking)) how(waiter);
  }
}
