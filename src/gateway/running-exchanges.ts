/** The requests that are running now, for the end of the process to see them through. */
import type { LlmExchange } from './llm-exchange.js';

/**
 * Slots that are used again, and no `Set`: as entries come and go a Set copies itself, and each copy keeps alive the next
 * one with all that was running then, until the next full garbage collection. That cost a sixth of all CPU.
 */
export class RunningExchanges {
  private readonly slots: (LlmExchange | undefined)[] = [];
  private readonly free: number[] = [];

  get size(): number {
    return this.slots.length - this.free.length;
  }

  /** The slot, for `remove`. */
  add(exchange: LlmExchange): number {
    const slot = this.free.pop() ?? this.slots.length;
    this.slots[slot] = exchange;
    return slot;
  }

  /** Once for each slot that `add` gave out. */
  remove(slot: number): void {
    this.slots[slot] = undefined;
    this.free.push(slot);
  }

  *[Symbol.iterator](): Generator<LlmExchange> {
    for (const exchange of this.slots) if (exchange) yield exchange;
  }
}
