/** Virtual time: what is to happen later happens in order, and the clock jumps from one event to the next. */
import type { Clock } from '../../spec/clock.js';

interface Event {
  readonly at: number;
  /** Of two at the same time, the one that was arranged first goes first. */
  readonly order: number;
  run: (() => void) | undefined;
}

export class VirtualTime implements Clock {
  private passedMs = 0;
  private arranged = 0;
  /** A binary heap, the next event first. */
  private readonly heap: Event[] = [];

  now(): number {
    return this.passedMs;
  }

  monotonic(): number {
    return this.passedMs;
  }

  /** @returns takes it back */
  after(ms: number, run: () => void): () => void {
    const event: Event = { at: this.passedMs + Math.max(0, ms), order: this.arranged, run };
    this.arranged += 1;
    this.push(event);
    return () => void (event.run = undefined);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Until nothing is to happen any more. Promises that an event settles have had their effect before the next one. */
  async run(): Promise<void> {
    await settled();
    for (let event = this.pop(); event !== undefined; event = this.pop()) {
      if (event.run === undefined) continue;
      this.passedMs = event.at;
      event.run();
      await settled();
    }
  }

  private push(event: Event): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isSooner(above, event)) break;
      heap[index] = above;
      heap[parent] = event;
      index = parent;
    }
  }

  private pop(): Event | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      const child = one !== undefined && other !== undefined && isSooner(other, one) ? left + 1 : left;
      const below = heap[child];
      if (below === undefined || isSooner(last, below)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isSooner(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** Everything that waits for a settled promise has run by then. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
