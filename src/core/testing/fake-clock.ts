/** A clock that stands still until a test moves it. */
import type { Clock } from '../spec/clock.js';

export class FakeClock implements Clock {
  private passedMs = 0;

  /** @param startMs epoch milliseconds */
  constructor(private readonly startMs = Date.UTC(2030, 0, 1)) {}

  now(): number {
    return this.startMs + this.passedMs;
  }

  monotonic(): number {
    return this.passedMs;
  }

  advance(ms: number): void {
    this.passedMs += ms;
  }
}
