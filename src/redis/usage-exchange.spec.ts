/** What each process learns of the others' usage: all of it, once, and nothing of its own. */
import fc from 'fast-check';
import { FakeClock } from '../core/testing/fake-clock.js';
import { UsageExchange } from './usage-exchange.js';
import { none, slotMs, slotsKept, type Usage, type UsageByDeployment, type UsageStore } from './usage-store.js';

/** Redis as the script makes it. */
class FakeRedis implements UsageStore {
  away = false;
  readonly slots = new Map<number, Map<string, Usage>>();

  constructor(private readonly clock: FakeClock) {}

  async exchange(added: UsageByDeployment, since: number) {
    if (this.away) throw new Error('away');
    const slot = Math.floor(this.clock.now() / slotMs);
    for (const [deployment, { requests, tokens }] of added) {
      const totals = this.slots.get(slot) ?? new Map<string, Usage>();
      this.slots.set(slot, totals);
      const before = totals.get(deployment) ?? none;
      totals.set(deployment, { requests: before.requests + requests, tokens: before.tokens + tokens });
    }
    const first = Math.max(since, slot - slotsKept + 1);
    const slots = [...this.slots].filter(([number]) => number >= first && number <= slot).sort(([a], [b]) => a - b);
    return { slot, slots: slots.map(([number, totals]) => ({ slot: number, totals: new Map(totals) })) };
  }
}

function world() {
  const clock = new FakeClock();
  const redis = new FakeRedis(clock);
  const start = () => {
    const heard: string[] = [];
    const sum = { requests: 0, tokens: 0 };
    const exchange = new UsageExchange(redis, clock, (deployment, requests, tokens, agoMs) => {
      heard.push(`${deployment} ${requests} ${tokens} ${agoMs}`);
      sum.requests += requests;
      sum.tokens += tokens;
    });
    return { exchange, heard, sum };
  };
  return { clock, redis, start };
}

it('hears of others what is new, and nothing of itself', async () => {
  const { start } = world();
  const [one, two] = [start(), start()];
  one.exchange.used('d', 1, 0);
  one.exchange.used('d', 1, 30);
  await one.exchange.exchange();
  await one.exchange.exchange();
  await two.exchange.exchange();
  two.exchange.used('d', 1, 5);
  await two.exchange.exchange();
  await two.exchange.exchange();
  await one.exchange.exchange();
  expect([one.heard, two.heard]).toEqual([['d 1 5 0'], ['d 2 30 0']]);
});

it('hears at its start of the last minute, the oldest first, and of no more', async () => {
  const { clock, start } = world();
  const one = start();
  for (let count = 0; count < 14; count += 1) {
    one.exchange.used(`d${count}`, 1, 0);
    await one.exchange.exchange();
    if (count < 13) clock.advance(slotMs);
  }
  const late = start();
  await late.exchange.exchange();
  expect(late.heard).toHaveLength(slotsKept);
  expect([late.heard[0], late.heard.at(-1)]).toEqual(['d2 1 0 55000', 'd13 1 0 0']);
});

it('hears after an outage what it has missed, and tells what it has used meanwhile', async () => {
  const { clock, redis, start } = world();
  const [one, two] = [start(), start()];
  await one.exchange.exchange();
  await two.exchange.exchange();
  one.exchange.used('d', 1, 0);
  one.exchange.skip();
  clock.advance(slotMs * 2);
  two.exchange.used('d', 2, 0);
  await two.exchange.exchange();
  clock.advance(slotMs);
  one.exchange.skip();
  await one.exchange.exchange();
  await two.exchange.exchange();
  expect([one.heard, two.heard]).toEqual([['d 2 0 5000'], ['d 1 0 0']]);
  expect(redis.slots.size).toBe(2);
});

it('forgets what it has used in an outage of more than a minute: that counts for no limit any more', async () => {
  const { clock, redis, start } = world();
  const one = start();
  one.exchange.used('d', 1_000, 0);
  clock.advance(60_001);
  one.exchange.skip();
  one.exchange.used('d', 1, 0);
  await one.exchange.exchange();
  expect([...redis.slots.values()].map((totals) => totals.get('d'))).toEqual([{ requests: 1, tokens: 0 }]);
});

it('does not send again what was on its way when Redis went away: it may have been counted', async () => {
  const { redis, start } = world();
  const one = start();
  one.exchange.used('d', 5, 0);
  redis.away = true;
  await expect(one.exchange.exchange()).rejects.toThrow('away');
  redis.away = false;
  await one.exchange.exchange();
  expect(redis.slots.size).toBe(0);
});

it('is not mistaken where Redis has lost its memory', async () => {
  const { redis, start } = world();
  const [one, two] = [start(), start()];
  one.exchange.used('d', 5, 0);
  await one.exchange.exchange();
  await two.exchange.exchange();
  redis.slots.clear();
  one.exchange.used('d', 3, 0);
  await one.exchange.exchange();
  await two.exchange.exchange();
  one.exchange.used('d', 1, 0);
  await one.exchange.exchange();
  await two.exchange.exchange();
  expect(two.heard.at(-1)).toBe('d 1 0 0');
  expect(one.heard).toEqual([]);
});

it('sends a bounded part at once, and loses nothing of the rest', async () => {
  const { redis, start } = world();
  const one = start();
  for (let count = 0; count < 4_500; count += 1) one.exchange.used(`d${count}`, 1, 0);
  for (const sent of [2_000, 4_000, 4_500]) {
    await one.exchange.exchange();
    expect([...redis.slots.values()].reduce((sum, { size }) => sum + size, 0)).toBe(sent);
  }
});

it('in any order of events each process learns exactly what the others have used', async () => {
  const step = fc.record({
    process: fc.integer({ min: 0, max: 2 }),
    requests: fc.integer({ min: 0, max: 9 }),
    afterMs: fc.integer({ min: 0, max: 4_000 }),
    exchanges: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { clock, start } = world();
      const processes = [start(), start(), start()];
      const used = [0, 0, 0];
      for (const { process, requests, afterMs, exchanges } of steps) {
        const { exchange } = processes[process] ?? start();
        exchange.used('d', requests, 0);
        used[process] = (used[process] ?? 0) + requests;
        if (exchanges) await exchange.exchange();
        clock.advance(afterMs);
        // Nobody is away for as long as a limit looks back.
        for (const each of processes) if (afterMs > 3_000) await each.exchange.exchange();
      }
      for (const each of [...processes, ...processes]) await each.exchange.exchange();
      const all = used.reduce((sum, one) => sum + one, 0);
      expect(processes.map(({ sum }) => sum.requests)).toEqual(used.map((own) => all - own));
    }),
    { numRuns: 100 },
  );
});
