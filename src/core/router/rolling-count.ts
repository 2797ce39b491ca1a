/** How much there was of something in the last minute. */

const slotMs = 5_000;
const slots = 12;

/** Kept in slots of five seconds, so that what is more than a minute old goes bit by bit. */
export class RollingCount {
  private readonly counts = new Array<number>(slots).fill(0);
  /** The number of the slot that was written last. */
  private newest = 0;
  private sum = 0;

  add(nowMs: number, amount = 1): void {
    const index = this.advance(nowMs);
    this.counts[index] = (this.counts[index] ?? 0) + amount;
    this.sum += amount;
  }

  total(nowMs: number): number {
    this.advance(nowMs);
    return this.sum;
  }

  /** Milliseconds until something of the total has gone; 0 where there is nothing. */
  msUntilLess(nowMs: number): number {
    this.advance(nowMs);
    for (let slot = this.newest - slots + 1; slot <= this.newest; slot += 1) {
      if ((this.counts[indexOf(slot)] ?? 0) > 0) return (slot + slots) * slotMs - nowMs;
    }
    return 0;
  }

  private advance(nowMs: number): number {
    const slot = Math.floor(nowMs / slotMs);
    if (slot > this.newest) {
      const first = Math.max(this.newest + 1, slot - slots + 1);
      for (let passed = first; passed <= slot; passed += 1) {
        const index = indexOf(passed);
        this.sum -= this.counts[index] ?? 0;
        this.counts[index] = 0;
      }
      this.newest = slot;
    }
    return indexOf(this.newest);
  }
}

function indexOf(slot: number): number {
  return ((slot % slots) + slots) % slots;
}
