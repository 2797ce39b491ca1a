/** How much there was of something in the last minute: in this process, and in all processes together. */
import { RollingCount } from './rolling-count.js';

export class SharedCount {
  private readonly own = new RollingCount();
  /** Only where others tell of it. */
  private others: RollingCount | undefined;

  add(nowMs: number, amount = 1): void {
    this.own.add(nowMs, amount);
  }

  /** What is learnt late counts from now on, so that a limit is rather kept for too long than overrun. */
  addOthers(whenMs: number, amount: number): void {
    this.others ??= new RollingCount();
    this.others.add(whenMs, amount);
  }

  /** Of all processes. */
  total(nowMs: number): number {
    return this.ownTotal(nowMs) + (this.others?.total(nowMs) ?? 0);
  }

  ownTotal(nowMs: number): number {
    return this.own.total(nowMs);
  }

  /** Milliseconds until something of the total has gone; 0 where there is nothing. */
  msUntilLess(nowMs: number): number {
    const own = this.own.msUntilLess(nowMs);
    const others = this.others?.msUntilLess(nowMs) ?? 0;
    return own === 0 || others === 0 ? own + others : Math.min(own, others);
  }
}
