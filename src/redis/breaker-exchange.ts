/** Tells the other processes which deployments are out, and hears it from them; what cannot be told now is told when Redis is back. */
import type { Clock } from '../core/spec/clock.js';
import type { BreakerMessage, BreakerStore, Standing } from './breaker-store.js';

export interface BreakerListener {
  opened(deployment: string, leftMs: number): void;
  closed(deployment: string): void;
}

interface OwnOpening {
  readonly event: 'opened';
  readonly untilMs: number;
  readonly reason: string;
}

type Untold = OwnOpening | { readonly event: 'closed'; readonly opening: number };

/** So many deployments are kept in mind, with their newest news; of more, the oldest is forgotten. */
const mostDeployments = 10_000;
/** Told in one go. */
const batchSize = 100;

/** Times are monotonic milliseconds of this process; over Redis go durations. */
export class BreakerExchange {
  private readonly untold = new Map<string, Untold>();
  /** Until when this process itself has said that a deployment is out. */
  private readonly own = new Map<string, OwnOpening>();
  /** The last opening that is known of each deployment. */
  private readonly openings = new Map<string, number>();
  private flushing: Promise<void> | undefined;

  constructor(
    private readonly store: BreakerStore,
    private readonly self: string,
    private readonly clock: Clock,
    private readonly listener: BreakerListener,
  ) {}

  get isEmpty(): boolean {
    return this.untold.size === 0;
  }

  opened(deployment: string, forMs: number, reason: string): void {
    const news: OwnOpening = { event: 'opened', untilMs: this.clock.monotonic() + forMs, reason };
    keepNewest(this.own, deployment, news);
    keepNewest(this.untold, deployment, news);
  }

  closed(deployment: string): void {
    this.own.delete(deployment);
    keepNewest(this.untold, deployment, { event: 'closed', opening: this.openings.get(deployment) ?? 0 });
  }

  /** Reads what stands in Redis, and tells again what a Redis that has lost its memory does not know of. Rejects while it is away. */
  async read(): Promise<void> {
    const standing = await this.store.read();
    const known = new Set(standing.map(({ deployment }) => deployment));
    for (const each of standing) this.learn(each);
    for (const [deployment, news] of this.own) {
      if (news.untilMs <= this.clock.monotonic()) this.own.delete(deployment);
      else if (!known.has(deployment) && !this.untold.has(deployment)) this.untold.set(deployment, news);
    }
  }

  /** Tells what is untold now; a call meanwhile joins it. Rejects while Redis is away, and keeps the rest. */
  flush(): Promise<void> {
    this.flushing ??= this.tellAll().finally(() => (this.flushing = undefined));
    return this.flushing;
  }

  hear(message: BreakerMessage): void {
    const { deployment } = message;
    if (message.from === this.self) return;
    if (message.event === 'opened') this.learn(message);
    // What this process is about to tell is newer than what it hears.
    else if (this.untold.get(deployment)?.event !== 'opened') {
      this.own.delete(deployment);
      this.listener.closed(deployment);
    }
  }

  private learn({ deployment, leftMs, opening }: Standing): void {
    keepNewest(this.openings, deployment, opening);
    const news = this.untold.get(deployment);
    const isEnded = news?.event === 'closed' && opening <= news.opening;
    if (leftMs > 0 && !isEnded) this.listener.opened(deployment, leftMs);
  }

  private async tellAll(): Promise<void> {
    const news = [...this.untold];
    for (let from = 0; from < news.length; from += batchSize) {
      await Promise.all(news.slice(from, from + batchSize).map(([deployment, each]) => this.tell(deployment, each)));
    }
  }

  private async tell(deployment: string, news: Untold): Promise<void> {
    if (news.event === 'opened') await this.tellOpened(deployment, news);
    else {
      const later = await this.store.close(deployment, news.opening);
      if (later) this.learn(later);
    }
    // Unless there is newer news by now.
    if (this.untold.get(deployment) === news) this.untold.delete(deployment);
  }

  private async tellOpened(deployment: string, { untilMs, reason }: OwnOpening): Promise<void> {
    const leftMs = untilMs - this.clock.monotonic();
    if (leftMs <= 0) return;
    const opening = await this.store.open(deployment, leftMs, reason);
    keepNewest(this.openings, deployment, opening);
    // It has answered while this was on its way: the answer ends this opening too.
    if (this.untold.get(deployment)?.event === 'closed') this.untold.set(deployment, { event: 'closed', opening });
  }
}

function keepNewest<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > mostDeployments && oldest !== undefined) map.delete(oldest);
}
