/** Adds what this process has asked of each deployment to what all have, and finds out what the others have. */
import type { Clock } from '../core/spec/clock.js';
import { none, slotMs, type Usage, type UsageByDeployment, type UsageReply, type UsageStore } from './usage-store.js';

/** Hears what the others have used, `agoMs` milliseconds ago. */
export type UsageListener = (deployment: string, requests: number, tokens: number, agoMs: number) => void;

/** Sent at once; what is more waits for the next time. */
const batchSize = 2_000;
/** The router keeps a state of so many. */
const mostDeployments = 20_000;
/** What is older does not count for a limit any more. */
const countedMs = 60_000;

export class UsageExchange {
  private pending = new Map<string, Usage>();
  /** What is accounted for already, by slot: told by this process, or heard of others. */
  private readonly accounted = new Map<number, Map<string, Usage>>();
  private since = 0;
  private lastExchangeAt: number;
  private running = false;

  constructor(
    private readonly store: UsageStore,
    private readonly clock: Clock,
    private readonly listener: UsageListener,
  ) {
    this.lastExchangeAt = clock.monotonic();
  }

  used(deployment: string, requests: number, tokens: number): void {
    const before = this.pending.get(deployment);
    if (before === undefined && this.pending.size >= mostDeployments) return;
    this.pending.set(deployment, plus(before, { requests, tokens }));
  }

  /** While nobody looks at limits, or Redis has been away for longer than limits look back. */
  forget(): void {
    this.pending.clear();
  }

  /** While Redis is away: what has been used is told when it is back, unless that comes too late to count. */
  skip(): void {
    if (this.clock.monotonic() - this.lastExchangeAt > countedMs) this.forget();
  }

  /** One exchange; nothing where one is under way. What was sent when Redis went away is not sent again: it may have been counted. */
  async exchange(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      const added = this.take();
      const reply = await this.store.exchange(added, this.since);
      this.lastExchangeAt = this.clock.monotonic();
      this.heed(reply, added);
    } finally {
      this.running = false;
    }
  }

  private take(): UsageByDeployment {
    if (this.pending.size <= batchSize) {
      const all = this.pending;
      this.pending = new Map();
      return all;
    }
    const batch = [...this.pending].slice(0, batchSize);
    for (const [deployment] of batch) this.pending.delete(deployment);
    return new Map(batch);
  }

  private heed({ slot: now, slots }: UsageReply, added: UsageByDeployment): void {
    for (const [deployment, usage] of added) this.account(now, deployment, usage);
    for (const { slot, totals } of slots) {
      for (const [deployment, total] of totals) {
        const known = this.accounted.get(slot)?.get(deployment) ?? none;
        const requests = Math.max(0, total.requests - known.requests);
        const tokens = Math.max(0, total.tokens - known.tokens);
        if (requests > 0 || tokens > 0) this.listener(deployment, requests, tokens, (now - slot) * slotMs);
        this.slotOf(slot).set(deployment, total);
      }
    }
    this.since = now;
    for (const slot of this.accounted.keys()) if (slot < now) this.accounted.delete(slot);
  }

  private account(slot: number, deployment: string, usage: Usage): void {
    const counts = this.slotOf(slot);
    counts.set(deployment, plus(counts.get(deployment), usage));
  }

  private slotOf(slot: number): Map<string, Usage> {
    let counts = this.accounted.get(slot);
    if (counts === undefined) this.accounted.set(slot, (counts = new Map<string, Usage>()));
    return counts;
  }
}

function plus(one: Usage | undefined, other: Usage): Usage {
  if (one === undefined) return other;
  return { requests: one.requests + other.requests, tokens: one.tokens + other.tokens };
}
