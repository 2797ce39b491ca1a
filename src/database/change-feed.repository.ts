/** The change feed's table: what was changed in the database, in the order of commits, for the caches of every process. */
import { Inject, Injectable, Optional } from '@nestjs/common';
import { CHANGE_SIGNAL, type ChangeSignal } from './change-signal.js';
import type { TransactionClient } from './database-client.js';
import { DATABASE_RUNTIME, systemRuntime, type DatabaseRuntime } from './database-options.js';
import { DatabaseService } from './database.service.js';

export interface ChangeEvent {
  readonly sequence: bigint;
  /** The kind of thing that changed, such as `key`. */
  readonly topic: string;
  /** Which one. */
  readonly key: string;
}

export interface FeedPage {
  readonly events: readonly ChangeEvent[];
  /** Where to read on. */
  readonly next: bigint;
  /** Events before `next` are gone unread, or the database was set back: nothing cached can be trusted. `events` is then empty. */
  readonly gap: boolean;
}

const headId = 1;

@Injectable()
export class ChangeFeedRepository {
  constructor(
    private readonly database: DatabaseService,
    @Optional() @Inject(DATABASE_RUNTIME) private readonly runtime: DatabaseRuntime = systemRuntime,
    @Optional() @Inject(CHANGE_SIGNAL) private readonly signal?: ChangeSignal,
  ) {}

  /**
   * Adds an event to the caller's transaction and returns its sequence. The counter's row stays locked until that transaction ends, so that events
   * become visible in the order of their sequences: append last, and end soon.
   */
  async append(tx: TransactionClient, topic: string, key: string): Promise<bigint> {
    const { sequence } = await tx.feedHead.upsert({
      where: { id: headId },
      create: { id: headId, sequence: 1n },
      update: { sequence: { increment: 1n } },
    });
    await tx.changeFeed.create({ data: { sequence, topic, key, createdAt: new Date(this.runtime.clock.now()) } });
    const { signal } = this;
    if (signal) this.database.afterCommit(tx, () => signal.announce());
    return sequence;
  }

  /** As `append`, for many events in their order. */
  async appendAll(tx: TransactionClient, events: readonly (readonly [topic: string, key: string])[]): Promise<void> {
    if (events.length === 0) return;
    const count = BigInt(events.length);
    const head = await tx.feedHead.upsert({
      where: { id: headId },
      create: { id: headId, sequence: count },
      update: { sequence: { increment: count } },
    });
    const first = head.sequence - count + 1n;
    const createdAt = new Date(this.runtime.clock.now());
    await tx.changeFeed.createMany({
      data: events.map(([topic, key], at) => ({ sequence: first + BigInt(at), topic, key, createdAt })),
    });
    const { signal } = this;
    if (signal) this.database.afterCommit(tx, () => signal.announce());
  }

  /** The sequence of the last event; 0 before the first. */
  async head(): Promise<bigint> {
    const row = await this.database.run((client) => client.feedHead.findUnique({ where: { id: headId } }));
    return row?.sequence ?? 0n;
  }

  /** At most `limit` events after a sequence. With nothing new it costs one look-up. */
  async readAfter(sequence: bigint, limit: number): Promise<FeedPage> {
    // The head comes first: all events up to it are then visible, and one that is missing is gone.
    const head = await this.head();
    if (head === sequence) return { events: [], next: sequence, gap: false };
    const events = await this.database.run((client) =>
      client.changeFeed.findMany({
        where: { sequence: { gt: sequence } },
        orderBy: { sequence: 'asc' },
        take: limit,
        select: { sequence: true, topic: true, key: true },
      }),
    );
    const last = events.at(-1);
    if (head < sequence || last === undefined || events[0]?.sequence !== sequence + 1n)
      return { events: [], next: head, gap: true };
    return { events, next: last.sequence, gap: false };
  }

  /** Deletes the oldest events, at most `batch` of them, up to the first that is younger than `maxAgeMs`; returns how many went. */
  async prune(maxAgeMs: number, batch: number): Promise<number> {
    const cutoffMs = this.runtime.clock.now() - maxAgeMs;
    return this.database.run(async (client) => {
      const oldest = await client.changeFeed.findMany({
        orderBy: { sequence: 'asc' },
        take: batch,
        select: { sequence: true, createdAt: true },
      });
      // Never past a younger one, whatever the clocks of different machines say: what is left has no holes.
      const firstKept = oldest.findIndex((event) => event.createdAt.getTime() >= cutoffMs);
      const last = oldest.at(firstKept === -1 ? -1 : firstKept - 1);
      if (firstKept === 0 || last === undefined) return 0;
      const { count } = await client.changeFeed.deleteMany({ where: { sequence: { lte: last.sequence } } });
      return count;
    });
  }
}
