/** Counts rates within the process. */
import { LRUCache } from 'lru-cache';
import type { Clock, RateClaim, RateCorrection, RateReading, RateResult, RateStore } from '../../core/spec/index.js';

interface Window {
  used: number;
  readonly startedAt: number;
  readonly endsAt: number;
}

/** Becomes what stands after the request where all of its claims are granted. */
interface Reading extends RateReading {
  used: number;
  /** The window that was found open. */
  readonly open?: Window | undefined;
}

/** The oldest windows are forgotten beyond it: whoever fills it has had that many limits in use within a window. */
const maxWindows = 200_000;

export class MemoryRateStore implements RateStore {
  private readonly windows = new LRUCache<string, Window>({ max: maxWindows });
  /** Only keys with running requests. */
  private readonly running = new Map<string, number>();

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  take(_holder: string, claims: readonly RateClaim[]): RateResult {
    const now = this.clock.monotonic();
    const readings: Reading[] = [];
    for (const claim of claims) {
      const reading = claim.counts === 'while_running' ? this.look(claim) : this.lookInWindow(claim, now);
      readings.push(reading);
      if (reading.taken < claim.least || reading.taken <= 0) return { refusedBy: readings.length - 1, readings };
    }
    for (const [place, claim] of claims.entries()) this.apply(claim, readings[place], now);
    return { refusedBy: undefined, readings };
  }

  settle(_holder: string, corrections: readonly RateCorrection[], running: readonly string[]): void {
    for (const { key, window, delta } of corrections) {
      const known = this.windows.peek(key);
      if (known?.startedAt === window) known.used = Math.max(0, known.used + delta);
    }
    for (const key of running) {
      const left = (this.running.get(key) ?? 0) - 1;
      if (left > 0) this.running.set(key, left);
      else this.running.delete(key);
    }
  }

  private look({ key, limit }: RateClaim): Reading {
    const used = this.running.get(key) ?? 0;
    return { used, taken: used < limit ? 1 : 0, window: 0, resetMs: 0 };
  }

  private lookInWindow({ key, limit, amount, least, windowMs }: RateClaim, now: number): Reading {
    const known = this.windows.get(key);
    const open = known && now < known.endsAt ? known : undefined;
    const used = open?.used ?? 0;
    const room = limit - used;
    const taken = room >= least ? Math.min(amount, Math.max(least, room)) : 0;
    return { used, taken, window: open?.startedAt ?? now, resetMs: open ? open.endsAt - now : windowMs, open };
  }

  private apply({ key, counts, windowMs }: RateClaim, reading: Reading | undefined, now: number): void {
    if (!reading) return;
    reading.used += reading.taken;
    if (counts === 'while_running') this.running.set(key, reading.used);
    else if (reading.open) reading.open.used += reading.taken;
    else this.windows.set(key, { used: reading.used, startedAt: now, endsAt: now + windowMs });
  }
}
