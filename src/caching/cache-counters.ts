/** What has come of look-ups, for metrics. */

export interface CacheCounts {
  /** Answers out of the cache, those to similar prompts included. */
  readonly hits: number;
  readonly semanticHits: number;
  /** Requests that got the answer of another one that ran. */
  readonly shared: number;
  readonly misses: number;
  readonly stored: number;
  /** Inputs of embedding requests. */
  readonly inputsFound: number;
  readonly inputsMissing: number;
}

export class CacheCounters {
  private readonly counts: { -readonly [Name in keyof CacheCounts]: number } = {
    hits: 0,
    semanticHits: 0,
    shared: 0,
    misses: 0,
    stored: 0,
    inputsFound: 0,
    inputsMissing: 0,
  };

  add(name: keyof CacheCounts, amount = 1): void {
    this.counts[name] += amount;
  }

  read(): CacheCounts {
    return { ...this.counts };
  }
}
