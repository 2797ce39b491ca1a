/** Keeps requests from a deployment that fails, and finds out by one request at a time whether it is back. */

/** A time out is doubled up to this, or up to what the operator has set if that is longer. */
const longestDoubledMs = 30_000;
/** One that fails again so soon after it was back is flapping. */
const flappingMs = 60_000;
/** A probe has at least so long, however short the time out was. */
const leastPatienceMs = 1_000;

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
  /** How long it was out the last time. */
  private timeOutMs = 0;
  private closedAt = -Infinity;
  private probe: BreakerPass | undefined;

  /** `half-open`: its time out is over, and nobody knows yet. */
  stateAt(now: number): 'closed' | 'open' | 'half-open' {
    if (this.openUntil === 0) return 'closed';
    return now < this.openUntil ? 'open' : 'half-open';
  }

  /**
   * True where a request may go: always while closed; while half-open one at a time, and another one where the probe has had
   * no answer for as long as the deployment was out: what never answers must not keep it out.
   */
  admits(now: number): boolean {
    if (this.openUntil === 0) return true;
    const patienceMs = Math.min(Math.max(this.timeOutMs, leastPatienceMs), longestDoubledMs);
    return now >= this.openUntil && (this.probe === undefined || now >= this.probe.startedAt + patienceMs);
  }

  /** Milliseconds until it may be asked again; 0 where it may be now. */
  msUntilProbe(now: number): number {
    return Math.max(0, this.openUntil - now);
  }

  /** Since the request was sent that found it to be back; Infinity for one that was never out. */
  backForMs(now: number): number {
    return now - this.closedAt;
  }

  /** A request goes, admitted or because there is no other deployment left. */
  enter(now: number): BreakerPass {
    const pass = { startedAt: now, probe: this.openUntil !== 0 && this.admits(now) };
    if (pass.probe) this.probe = pass;
    return pass;
  }

  /** An answer closes the breaker, unless it was asked for before the breaker opened. */
  succeed(pass: BreakerPass): void {
    this.leave(pass);
    if (this.openUntil === 0 || pass.startedAt < this.openedAt) return;
    this.openUntil = 0;
    this.closedAt = pass.startedAt;
    this.probe = undefined;
  }

  /** The request has ended without a verdict about the deployment. */
  leave(pass: BreakerPass): void {
    if (this.probe === pass) this.probe = undefined;
  }

  /**
   * The request has failed by the deployment's fault. A failed probe opens the breaker again, for longer; so does a deployment
   * that has hardly been back, unless the provider itself says when it will be.
   *
   * @param trip the failure is one too many
   * @param forMs the time out, before it is doubled
   * @param leastMs what the provider itself asked for
   */
  fail(pass: BreakerPass, now: number, trip: boolean, forMs: number, leastMs = 0): void {
    const isProbe = this.probe === pass;
    this.leave(pass);
    if (!trip && !isProbe) return;
    // What was asked before the breaker opened says nothing new, be it ever so late, but for what the provider asks.
    if (pass.startedAt < this.openedAt) {
      if (leastMs > 0) this.open(now, leastMs);
      return;
    }
    const isFlapping = this.openUntil === 0 && now - this.closedAt < flappingMs && leastMs === 0;
    const doubledMs = isProbe || isFlapping ? Math.min(2 * this.timeOutMs, longestDoubledMs) : 0;
    this.open(now, Math.max(forMs, doubledMs, leastMs));
  }

  /** Takes the deployment out until `now + forMs`. A time out only ever gets longer. */
  open(now: number, forMs: number): void {
    const state = this.stateAt(now);
    if (state !== 'open') this.openedAt = now;
    this.timeOutMs = state === 'closed' ? forMs : Math.max(this.timeOutMs, forMs);
    this.openUntil = Math.max(this.openUntil, now + forMs);
  }
}
