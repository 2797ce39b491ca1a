/** How long a deployment has taken of late: its last answers, and a weighted mean that a slow answer lifts at once. */

/** After so long without an answer, what was slow counts for a third of it. */
const decayMs = 10_000;
const mostSamples = 10;
/** Failures on end add up to this and no further: one that is well again must not be avoided for minutes. */
const mostFailureMs = 10_000;

interface Sample {
  readonly at: number;
  readonly ms: number;
}

/** Times are monotonic milliseconds. */
export class LatencyRecord {
  private peak = 0;
  private peakAt = 0;
  /** When the first request went that has had no news since; undefined where there was none. */
  private askedAt: number | undefined;
  private readonly samples: Sample[] = [];
  private next = 0;

  /** A request goes to the deployment because it is expected to answer soon. */
  ask(now: number): void {
    this.askedAt ??= now;
  }

  /** @param ms until the first part of a stream, or of the whole answer */
  add(now: number, ms: number): void {
    this.note(now, ms);
    this.samples[this.next] = { at: now, ms };
    this.next = (this.next + 1) % mostSamples;
  }

  /** A failure counts as a slow answer: one that fails at once must not look fast. */
  addFailure(now: number, ms: number, leastMs: number): void {
    this.note(now, Math.max(ms, leastMs, Math.min(2 * this.expected(now), mostFailureMs)));
  }

  /** The peak-sensitive mean; 0 where nothing is known. It fades while nothing comes, so that the slow are tried again. */
  expected(now: number): number {
    return this.peak === 0 ? 0 : this.peak * Math.exp((this.peakAt - now) / decayMs);
  }

  /** How long it has been silent since it was asked; 0 where it owes nothing. The next answer will have taken at least so long. */
  silentMs(now: number): number {
    return this.askedAt === undefined ? 0 : now - this.askedAt;
  }

  /** The plain mean of the last answers that are not older than `ttlMs`; undefined where there is none. */
  mean(now: number, ttlMs: number): number | undefined {
    let sum = 0;
    let count = 0;
    for (const { at, ms } of this.samples) {
      if (now - at > ttlMs) continue;
      sum += ms;
      count += 1;
    }
    return count === 0 ? undefined : sum / count;
  }

  private note(now: number, ms: number): void {
    const expected = this.expected(now);
    const kept = Math.exp((this.peakAt - now) / decayMs);
    this.peak = ms > expected ? ms : expected + ms * (1 - kept);
    this.peakAt = now;
    this.askedAt = undefined;
  }
}
