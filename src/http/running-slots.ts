/** What is running now, for the end of the process to see it through. */

/**
 * Slots that are used again, and no `Set`: as entries come and go a Set copies itself, and each copy keeps alive the next
 * one with all that was running then, until the next full garbage collection. That cost a sixth of all CPU.
 */
export class RunningSlots<Running extends object> {
  private readonly slots: (Running | undefined)[] = [];
  private readonly free: number[] = [];

  get size(): number {
    return this.slots.length - this.free.length;
  }

  /** The slot, for `remove`. */
  add(running: Running): number {
    const slot = this.free.pop() ?? this.slots.length;
    this.slots[slot] = running;
    return slot;
  }

  /** Once for each slot that `add` gave out. */
  remove(slot: number): void {
    this.slots[slot] = undefined;
    this.free.push(slot);
  }

  *[Symbol.iterator](): Generator<Running> {
    for (const running of this.slots) if (running) yield running;
  }
}
