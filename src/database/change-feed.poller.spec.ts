/** The poller's promises to caches: what they are told, and when they may trust themselves. */
import { Logger } from '@nestjs/common';
import { ChangeFeedPoller } from './change-feed.poller.js';
import type { ChangeEvent, ChangeFeedRepository, FeedPage } from './change-feed.repository.js';
import type { ChangeSignal } from './change-signal.js';
import { systemTimer, type Timer } from './timer.js';

beforeAll(() => Logger.overrideLogger(false));

const event = (sequence: number): ChangeEvent => ({ sequence: BigInt(sequence), topic: 'key', key: String(sequence) });

function harness(given: { timer?: Timer; signal?: ChangeSignal } = {}) {
  const state = { nowMs: 0, failing: false, events: [] as ChangeEvent[], gap: false, reads: 0 };
  const failIfAway = (): void => {
    if (state.failing) throw new Error('away');
  };
  const feed = {
    head: async () => {
      failIfAway();
      return BigInt(state.events.length);
    },
    readAfter: async (after: bigint, limit: number): Promise<FeedPage> => {
      failIfAway();
      state.reads += 1;
      if (state.gap) return { events: [], next: BigInt(state.events.length), gap: true };
      const events = state.events.filter(({ sequence }) => sequence > after).slice(0, limit);
      return { events, next: events.at(-1)?.sequence ?? after, gap: false };
    },
    prune: async () => 0,
  } as unknown as ChangeFeedRepository;
  const clock = { now: () => state.nowMs, monotonic: () => state.nowMs };
  const poller = new ChangeFeedPoller(
    feed,
    { clock, random: () => 0, timer: given.timer ?? systemTimer },
    given.signal,
  );
  const told: { keys: string[]; gap: boolean }[] = [];
  poller.subscribe((events, { gap }) => told.push({ keys: events.map(({ key }) => key), gap }));
  return { state, poller, told };
}

describe('ChangeFeedPoller', () => {
  it('begins with a gap, since caches may hold what was read before, then tells each event once', async () => {
    const { state, poller, told } = harness();
    state.events.push(event(1));
    await poller.poll();
    state.events.push(event(2), event(3));
    await poller.poll();
    await poller.poll();
    expect(told).toEqual([
      { keys: [], gap: true },
      { keys: ['2', '3'], gap: false },
    ]);
  });

  it('passes on a gap, and goes on from the head', async () => {
    const { state, poller, told } = harness();
    await poller.poll();
    state.events.push(event(1), event(2));
    state.gap = true;
    await poller.poll();
    state.gap = false;
    state.events.push(event(3));
    await poller.poll();
    expect(told.slice(1)).toEqual([
      { keys: [], gap: true },
      { keys: ['3'], gap: false },
    ]);
  });

  it('is fresh only while the last whole reading is at most two seconds old', async () => {
    const { state, poller } = harness();
    expect(poller.isFresh()).toBe(false);
    await poller.poll();
    state.nowMs = 2_000;
    expect(poller.isFresh()).toBe(true);
    state.failing = true;
    state.nowMs = 2_001;
    await poller.poll();
    expect(poller.isFresh()).toBe(false);
    state.failing = false;
    await poller.poll();
    expect(poller.lastSuccessAt).toBe(2_001);
    expect(poller.isFresh()).toBe(true);
  });

  it('reads a bounded part of a long backlog at once, and is not fresh before its end', async () => {
    const { state, poller } = harness();
    await poller.poll();
    state.nowMs = 10_000;
    for (let sequence = 1; sequence <= 10_500; sequence += 1) state.events.push(event(sequence));
    await poller.poll();
    expect(state.reads).toBe(20);
    expect(poller.isFresh()).toBe(false);
    await poller.poll();
    expect(poller.isFresh()).toBe(true);
  });

  it('tells the other subscribers when one of them throws', async () => {
    const { poller } = harness();
    poller.subscribe(() => {
      throw new Error('a broken cache');
    });
    const told: boolean[] = [];
    poller.subscribe((_, { gap }) => told.push(gap));
    await poller.poll();
    expect(told).toEqual([true]);
  });

  describe('with a signal', () => {
    /** Runs what was scheduled when the test says so. */
    function wakeable() {
      const scheduled: { task: () => void; delayMs: number }[] = [];
      const timer: Timer = {
        schedule: (task, delayMs) => {
          const entry = { task, delayMs };
          scheduled.push(entry);
          return () => void scheduled.splice(scheduled.indexOf(entry), 1);
        },
        pause: async () => undefined,
      };
      let wake: () => void = () => undefined;
      const signal: ChangeSignal = { announce: () => undefined, subscribe: (given) => void (wake = given) };
      return { ...harness({ timer, signal }), scheduled, wake: () => wake() };
    }
    const turn = () => new Promise((resolve) => setImmediate(resolve));

    it('reads soon after it, once for all that come together', async () => {
      const { state, poller, told, scheduled, wake } = wakeable();
      await poller.poll();
      state.events.push(event(1));
      wake();
      state.events.push(event(2));
      wake();
      expect(scheduled).toHaveLength(1);
      expect(scheduled[0]?.delayMs).toBeLessThan(100);
      scheduled.shift()?.task();
      await turn();
      expect(told.slice(1)).toEqual([{ keys: ['1', '2'], gap: false }]);
      wake();
      expect(scheduled).toHaveLength(1);
    });

    it('reads once more where a reading was under way, which may have begun too early', async () => {
      const { state, poller, told, scheduled, wake } = wakeable();
      await poller.poll();
      const running = poller.poll();
      wake();
      scheduled.shift()?.task();
      state.events.push(event(1));
      await running;
      await turn();
      expect(told.slice(1).flatMap(({ keys }) => keys)).toEqual(['1']);
      expect(state.reads).toBeGreaterThan(1);
    });

    it('reads nothing after the shutdown', async () => {
      const { state, poller, scheduled, wake } = wakeable();
      await poller.poll();
      wake();
      await poller.onApplicationShutdown();
      wake();
      expect([scheduled, state.reads]).toEqual([[], 0]);
    });
  });
});
