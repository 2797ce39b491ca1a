/** The change feed on both databases: order, gaps, pruning. */
import { Logger } from '@nestjs/common';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import { systemRuntime } from '../../../src/database/database-options.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { buildDatabase, type BuiltDatabase } from '../support/built-database.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

beforeAll(() => Logger.overrideLogger(false));

describeOnBothDatabases('the change feed', (database) => {
  let built: BuiltDatabase;
  let service: DatabaseService;
  let nowMs = Date.UTC(2030, 0, 1);
  let feed: ChangeFeedRepository;
  const append = (key: string) => service.transaction((tx) => feed.append(tx, 'key', key));

  beforeAll(async () => {
    built = await buildDatabase();
  });
  afterAll(() => built.remove());
  beforeEach(async () => {
    service = await openDatabase((await database.another()).url);
    feed = new ChangeFeedRepository(service, { ...systemRuntime, clock: { now: () => nowMs, monotonic: () => 0 } });
  });
  afterEach(() => service.onApplicationShutdown());

  it('is read in pages, from where the last ended', async () => {
    expect(await feed.readAfter(0n, 10)).toEqual({ events: [], next: 0n, gap: false });
    for (const key of ['a', 'b', 'c']) await append(key);
    expect(await feed.readAfter(0n, 2)).toEqual({
      events: [
        { sequence: 1n, topic: 'key', key: 'a' },
        { sequence: 2n, topic: 'key', key: 'b' },
      ],
      next: 2n,
      gap: false,
    });
    expect((await feed.readAfter(2n, 2)).events.map((event) => event.key)).toEqual(['c']);
  });

  it('takes back an event whose transaction fails, without leaving a hole', async () => {
    await append('kept');
    const failing = service.transaction(async (tx) => {
      await feed.append(tx, 'key', 'undone');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await append('next');
    expect((await feed.readAfter(0n, 10)).events).toMatchObject([
      { sequence: 1n, key: 'kept' },
      { sequence: 2n, key: 'next' },
    ]);
  });

  it('wakes others once its transaction is committed, and not where it fails', async () => {
    const heads: Promise<bigint>[] = [];
    const signal = { announce: () => void heads.push(feed.head()), subscribe: () => undefined };
    const signalling = new ChangeFeedRepository(service, systemRuntime, signal);
    await service.transaction(async (tx) => {
      await signalling.append(tx, 'key', 'a');
      await signalling.append(tx, 'key', 'b');
      expect(heads).toEqual([]);
    });
    // Who is woken finds all of it.
    expect(new Set(await Promise.all(heads))).toEqual(new Set([2n]));
    const failing = service.transaction(async (tx) => {
      await signalling.append(tx, 'key', 'undone');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(heads).toHaveLength(2);
  });

  it('says so when events were pruned before they were read, or the database was set back', async () => {
    for (const key of ['a', 'b', 'c']) await append(key);
    nowMs += 3_600_001;
    await append('d');
    expect(await feed.prune(3_600_000, 2)).toBe(2);
    expect(await feed.prune(3_600_000, 2)).toBe(1);
    expect(await feed.prune(3_600_000, 2)).toBe(0);
    expect(await feed.readAfter(1n, 10)).toEqual({ events: [], next: 4n, gap: true });
    expect(await feed.readAfter(3n, 10)).toMatchObject({ events: [{ key: 'd' }], gap: false });
    expect(await feed.readAfter(99n, 10)).toEqual({ events: [], next: 4n, gap: true });
  });

  it('shows every event of four writing processes once, without holes, and never a later one before an earlier one', async () => {
    const other = await database.another();
    const reader = await openDatabase(other.url);
    const readerFeed = new ChangeFeedRepository(reader);
    const writers = [0, 1, 2, 3].map((writer) =>
      built.run<string[]>('append-events.mjs', other.url, `writer${writer}`, '60'),
    );
    const finished = Promise.all(writers).then((lists) => lists.flat());
    // Reads while they write: an event that became visible after a later one would be a gap here, or be missing at the end.
    const seen: bigint[] = [];
    let position = 0n;
    let done = false;
    void finished.then(
      () => (done = true),
      () => (done = true),
    );
    for (let last = false; !last;) {
      last = done;
      const { events, next, gap } = await readerFeed.readAfter(position, 50);
      expect(gap).toBe(false);
      seen.push(...events.map((event) => event.sequence));
      position = next;
      if (events.length === 50) last = false;
      // SQLite answers within one turn of the event loop, in which the writers' end would never be heard of.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const expected = Array.from({ length: 240 }, (_, index) => BigInt(index + 1));
    expect((await finished).map(BigInt).sort((a, b) => Number(a - b))).toEqual(expected);
    expect(seen).toEqual(expected);
    await reader.onApplicationShutdown();
  }, 60_000);
});
