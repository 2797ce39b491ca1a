/** How much was reserved of an account lately: what it makes sense to lease ahead. */
import type { Clock } from '../../core/spec/clock.js';

const spanMs = 5_000;
const idleMs = 10_000;

/** A sum that fades: as much as the last five seconds had, where the pace is steady. */
export class RecentSpend {
  private sum = 0;
  private at: number;
  private last = 0n;
  private addedAt: number;

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {
    this.at = clock.monotonic();
    this.addedAt = this.at;
  }

  add(nanos: bigint): void {
    this.fade();
    this.sum += Number(nanos);
    this.last = nanos;
    this.addedAt = this.at;
  }

  get nanos(): bigint {
    this.fade();
    return BigInt(Math.round(this.sum));
  }

  /** Of the last request. */
  get lastNanos(): bigint {
    return this.last;
  }

  /** So little is left that it will not last for two seconds more. */
  isLow(freeNanos: bigint): boolean {
    return Number(freeNanos) < this.sum * 0.4;
  }

  get isIdle(): boolean {
    return this.clock.monotonic() - this.addedAt > idleMs;
  }

  private fade(): void {
    const now = this.clock.monotonic();
    if (now > this.at) this.sum *= Math.exp((this.at - now) / spanMs);
    this.at = now;
  }
}
