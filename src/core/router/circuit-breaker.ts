/** Keeps requests from a deployment that fails, and finds out by one request at a time whether it is back. */

/** Each failed probe doubles the time out, up to so many times the first. */
const mostDoublings = 4;

/** How an attempt went into the breaker; it is handed back when the attempt ends. */
export interface BreakerPass {
  readonly startedAt: number;
  /** The one request that finds out whether the deployment is back. */
  readonly probe: boolean;
}

/** Times are monotonic milliseconds. */
export class CircuitBreaker {
  private openedAt = -Infinity;
  /** 0 while closed. */
  private openUntil = 0;
  private reopened = 0;
  private probing = false;

  /** `half-open`: its time out is over, and nobody knows yet. */
  stateAt(now: number): 'closed' | 'open' | 'half-open' {
    if (this.openUntil === 0) return 'closed';
    return now < this.openUntil ? 'open' : 'half-open';
  }

  /** True where a request may go: always while closed, one at a time while half-open. */
  admits(now: number): boolean {
    return this.openUntil === 0 || (now >= this.openUntil && !this.probing);
  }

  /** Milliseconds until it may be asked again; 0 where it may be now. */
  msUntilProbe(now: number): number {
    return Math.max(0, this.openUntil - now);
  }

  /** A request goes, admitted or because there is no other deployment left. */
  enter(now: number): BreakerPass {
    const probe = this.stateAt(now) === 'half-open' && !this.probing;
    if (probe) this.probing = true;
    return { startedAt: now, probe };
  }

  /** An answer closes the breaker, unless it was asked for before the breaker opened. */
  succeed({ startedAt, probe }: BreakerPass): void {
    if (probe) this.probing = false;
    if (this.openUntil === 0 || startedAt < this.openedAt) return;
    this.openUntil = 0;
    this.reopened = 0;
  }

  /** The request has ended without a verdict about the deployment. */
  leave({ probe }: BreakerPass): void {
    if (probe) this.probing = false;
  }

  /**
   * The request has failed by the deployment's fault. A failed probe opens the breaker again, for longer.
   *
   * @param trip the failure is one too many
   * @param forMs the time out, before it is doubled
   * @param leastMs what the provider itself asked for
   */
  fail({ probe }: BreakerPass, now: number, trip: boolean, forMs: number, leastMs = 0): void {
    if (probe) this.probing = false;
    if (!trip && !probe) return;
    if (probe) this.reopened = Math.min(mostDoublings, this.reopened + 1);
    this.open(now, Math.max(forMs * 2 ** this.reopened, leastMs));
  }

  /** Takes the deployment out until `now + forMs`. A time out only ever gets longer. */
  open(now: number, forMs: number): void {
    if (this.stateAt(now) !== 'open') this.openedAt = now;
    this.openUntil = Math.max(this.openUntil, now + forMs);
  }
}
