/** What of breakers is told to whom, also where news crosses, and where Redis was away or has lost its memory. */
import fc from 'fast-check';
import { FakeClock } from '../core/testing/fake-clock.js';
import { BreakerExchange } from './breaker-exchange.js';
import { parseBreakerMessage, type BreakerMessage, type BreakerStore, type Standing } from './breaker-store.js';

/** Redis as the scripts make it: one order of all changes, each of which all hear of in that order. */
class FakeRedis {
  away = false;
  readonly calls: string[] = [];
  private readonly ends = new Map<string, number>();
  private readonly numbers = new Map<string, number>();
  private readonly hearers: ((message: BreakerMessage) => void)[] = [];

  constructor(private readonly clock: FakeClock) {}

  forget(): void {
    this.ends.clear();
    this.numbers.clear();
  }

  hear(hearer: (message: BreakerMessage) => void): void {
    this.hearers.push(hearer);
  }

  store(from: string): BreakerStore {
    const now = (): number => this.clock.monotonic();
    const guard = (): void => {
      if (this.away) throw new Error('away');
    };
    const tell = (message: BreakerMessage): void => {
      for (const hearer of this.hearers) hearer(message);
    };
    return {
      open: async (deployment, forMs, reason) => {
        guard();
        this.calls.push(`${from} open ${deployment} ${forMs}`);
        const ends = Math.max(this.ends.get(deployment) ?? 0, now() + forMs);
        const opening = (this.numbers.get(deployment) ?? 0) + 1;
        this.ends.set(deployment, ends);
        this.numbers.set(deployment, opening);
        tell({ event: 'opened', deployment, leftMs: ends - now(), opening, reason, from });
        return opening;
      },
      close: async (deployment, opening) => {
        guard();
        this.calls.push(`${from} close ${deployment} ${opening}`);
        const last = this.numbers.get(deployment) ?? 0;
        const leftMs = (this.ends.get(deployment) ?? 0) - now();
        if (last > opening && leftMs > 0) return { deployment, leftMs, opening: last };
        if (this.ends.has(deployment)) this.ends.set(deployment, now());
        tell({ event: 'closed', deployment, from });
        return null;
      },
      read: async () => {
        guard();
        return [...this.ends].map(([deployment, ends]): Standing => ({
          deployment,
          leftMs: ends - now(),
          opening: this.numbers.get(deployment) ?? 0,
        }));
      },
    };
  }
}

interface Process {
  readonly exchange: BreakerExchange;
  readonly heard: string[];
  /** Does not hear messages any more. */
  deaf: boolean;
}

function world() {
  const clock = new FakeClock();
  const redis = new FakeRedis(clock);
  const start = (name: string): Process => {
    const heard: string[] = [];
    const exchange = new BreakerExchange(redis.store(name), name, clock, {
      opened: (deployment, leftMs) => heard.push(`${deployment} out ${leftMs}`),
      closed: (deployment) => heard.push(`${deployment} back`),
    });
    const process = { exchange, heard, deaf: false };
    redis.hear((message) => {
      if (!process.deaf) exchange.hear(message);
    });
    return process;
  };
  return { clock, redis, start };
}

it('tells the others, with what is left of the time out, and hears nothing of itself', async () => {
  const { clock, start } = world();
  const [one, two] = [start('one'), start('two')];
  one.exchange.opened('d', 5_000, 'RateLimit');
  clock.advance(1_000);
  await one.exchange.flush();
  expect([one.heard, two.heard]).toEqual([[], ['d out 4000']]);
  one.exchange.closed('d');
  await one.exchange.flush();
  expect([one.heard, two.heard]).toEqual([[], ['d out 4000', 'd back']]);
});

it('tells the newest news alone of what comes at once', async () => {
  const { redis, start } = world();
  const one = start('one');
  for (const ms of [1_000, 2_000, 3_000]) one.exchange.opened('d', ms, 'Timeout');
  await one.exchange.flush();
  expect(redis.calls).toEqual(['one open d 3000']);
});

it('says at its start what is out, and nothing of what is over', async () => {
  const { clock, start } = world();
  const one = start('one');
  one.exchange.opened('short', 1_000, 'Timeout');
  one.exchange.opened('long', 9_000, 'Timeout');
  await one.exchange.flush();
  clock.advance(2_000);
  const late = start('late');
  await late.exchange.read();
  expect(late.heard).toEqual(['long out 7000']);
});

it('keeps what cannot be told, and tells what is left of it when Redis is back', async () => {
  const { clock, redis, start } = world();
  const [one, two] = [start('one'), start('two')];
  redis.away = true;
  one.exchange.opened('over', 1_000, 'Timeout');
  one.exchange.opened('d', 5_000, 'Timeout');
  await expect(one.exchange.flush()).rejects.toThrow('away');
  redis.away = false;
  clock.advance(2_000);
  await one.exchange.flush();
  expect(two.heard).toEqual(['d out 3000']);
  expect(one.exchange.isEmpty).toBe(true);
});

it('tells a Redis that has lost its memory again what this process itself has found out', async () => {
  const { clock, redis, start } = world();
  const [one, two] = [start('one'), start('two')];
  one.exchange.opened('d', 5_000, 'Timeout');
  await one.exchange.flush();
  redis.forget();
  clock.advance(1_000);
  await two.exchange.read();
  await two.exchange.flush();
  await one.exchange.read();
  await one.exchange.flush();
  expect(redis.calls).toEqual(['one open d 5000', 'one open d 4000']);
  const late = start('late');
  await late.exchange.read();
  expect(late.heard).toEqual(['d out 4000']);
});

it('does not tell again what somebody has closed while it did not hear', async () => {
  const { redis, start } = world();
  const [one, two] = [start('one'), start('two')];
  one.exchange.opened('d', 5_000, 'Timeout');
  await one.exchange.flush();
  one.deaf = true;
  two.exchange.closed('d');
  await two.exchange.flush();
  await one.exchange.read();
  await one.exchange.flush();
  expect(redis.calls).toEqual(['one open d 5000', 'two close d 1']);
});

describe('where news crosses', () => {
  it('an answer does not end an opening that it does not know of', async () => {
    const { redis, start } = world();
    const [one, two] = [start('one'), start('two')];
    one.exchange.opened('d', 1_000, 'Timeout');
    await one.exchange.flush();
    // Two has asked it and got an answer; before it can tell, one is told to wait for longer.
    two.deaf = true;
    two.exchange.closed('d');
    one.exchange.opened('d', 60_000, 'RateLimit');
    await one.exchange.flush();
    two.deaf = false;
    await two.exchange.flush();
    expect(redis.calls.at(-1)).toBe('two close d 1');
    expect(one.heard).toEqual([]);
    expect(two.heard).toEqual(['d out 1000', 'd out 60000']);
  });

  it('an answer ends one’s own opening that is on its way', async () => {
    const { start } = world();
    const [one, two] = [start('one'), start('two')];
    one.exchange.opened('d', 5_000, 'Timeout');
    const flushed = one.exchange.flush();
    one.exchange.closed('d');
    await flushed;
    await one.exchange.flush();
    expect(two.heard).toEqual(['d out 5000', 'd back']);
  });

  it('what is heard does not end what is about to be told', async () => {
    const { start } = world();
    const [one, two] = [start('one'), start('two')];
    one.exchange.opened('d', 5_000, 'Timeout');
    await one.exchange.flush();
    two.exchange.opened('d', 60_000, 'RateLimit');
    one.exchange.closed('d');
    await one.exchange.flush();
    await two.exchange.flush();
    expect(two.heard).toEqual(['d out 5000']);
    expect(one.heard).toEqual(['d out 60000']);
  });

  it('what is read does not undo an answer that is about to be told', async () => {
    const { start } = world();
    const one = start('one');
    one.exchange.opened('d', 5_000, 'Timeout');
    await one.exchange.flush();
    one.exchange.closed('d');
    await one.exchange.read();
    expect(one.heard).toEqual([]);
  });
});

it('keeps a bounded number of deployments in mind, the newest', async () => {
  const { redis, start } = world();
  const one = start('one');
  for (let count = 0; count <= 10_000; count += 1) one.exchange.opened(`d${count}`, 5_000, 'Timeout');
  await one.exchange.flush();
  expect(redis.calls).toHaveLength(10_000);
  expect(redis.calls[0]).toBe('one open d1 5000');
});

it('in any order of events all hear of each opening, and a time out that is told only ever gets longer', async () => {
  const event = fc.record({
    process: fc.integer({ min: 0, max: 2 }),
    forMs: fc.integer({ min: 1, max: 10_000 }),
    afterMs: fc.integer({ min: 0, max: 500 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 20 }), async (events) => {
      const { clock, start } = world();
      const processes = ['0', '1', '2'].map(start);
      const until = [0, 0, 0];
      for (const { process, forMs, afterMs } of events) {
        clock.advance(afterMs);
        processes[process]?.exchange.opened('d', forMs, 'Timeout');
        until[process] = Math.max(until[process] ?? 0, clock.monotonic() + forMs);
        await processes[process]?.exchange.flush();
        for (const [index, { heard }] of processes.entries()) {
          for (const line of heard.splice(0)) {
            const told = clock.monotonic() + Number(line.split(' ').at(-1));
            expect(told).toBeGreaterThanOrEqual(until[index] ?? 0);
            until[index] = told;
          }
        }
        for (const each of until) expect(each).toBeGreaterThanOrEqual(clock.monotonic() + forMs);
      }
    }),
    { numRuns: 50 },
  );
});

describe('a message', () => {
  it('is read as it is written', () => {
    const opened = { event: 'opened', deployment: 'd', leftMs: 5, opening: 1, reason: 'Timeout', from: 'x' };
    expect(parseBreakerMessage(JSON.stringify(opened))).toEqual(opened);
    const closed = { event: 'closed', deployment: 'd', from: 'x' };
    expect(parseBreakerMessage(JSON.stringify(closed))).toEqual(closed);
  });

  it('keeps nobody out for more than a day', () => {
    const text = JSON.stringify({ event: 'opened', deployment: 'd', leftMs: 1e15, opening: 1, reason: '', from: 'x' });
    expect(parseBreakerMessage(text)).toMatchObject({ leftMs: 86_400_000 });
  });

  it.each([
    '',
    'no JSON',
    'null',
    '7',
    '[]',
    '{}',
    '{"event":"closed","deployment":"d"}',
    '{"event":"other","deployment":"d","from":"x"}',
    '{"event":"opened","deployment":"d","from":"x","reason":"r","opening":1,"leftMs":"5"}',
    '{"event":"opened","deployment":"d","from":"x","reason":"r","opening":1,"leftMs":-5}',
  ])('that is none (%s) is passed over', (text) => {
    expect(parseBreakerMessage(text)).toBeNull();
  });
});
