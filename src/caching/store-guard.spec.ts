/** That nobody waits for a store past its deadline, and when it is left alone. */
import { Logger } from '@nestjs/common';
import { StoreGuard } from './store-guard.js';
import { StoreRefusal, type GuardedPlace } from './stores/answer-store.js';

const lines: string[] = [];
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick'] });
  lines.length = 0;
  Logger.overrideLogger({
    log: (message: string) => lines.push(`log ${message}`),
    warn: (message: string) => lines.push(`warn ${message}`),
    error: (message: string) => lines.push(`error ${message}`),
  });
});
afterEach(() => jest.useRealTimers());

/** What it does with whatever it is asked. */
type Mood = 'fine' | 'hangs' | 'fails' | 'refuses writes';

class MoodyStore implements GuardedPlace {
  readonly place = 'store';
  mood: Mood = 'fine';
  asked = 0;
  open = jest.fn();
  reset = jest.fn();
  close = jest.fn(() => Promise.resolve());
  ping = jest.fn(() => this.act());
  tryWrite = jest.fn(() => this.write());

  act(): Promise<void> {
    this.asked += 1;
    if (this.mood === 'hangs') return new Promise(() => undefined);
    return this.mood === 'fails' ? Promise.reject(new Error('connection refused')) : Promise.resolve();
  }

  write(): Promise<void> {
    return this.mood === 'refuses writes' ? Promise.reject(new StoreRefusal('OOM')) : this.act();
  }
}

async function opened(): Promise<{ store: MoodyStore; guard: StoreGuard<MoodyStore> }> {
  const store = new MoodyStore();
  const guard = new StoreGuard(store, { deadlineMs: 250, probeMs: 500 });
  guard.open();
  await jest.advanceTimersByTimeAsync(0);
  return { store, guard };
}
const ask = (guard: StoreGuard<MoodyStore>): Promise<string | undefined> =>
  guard.read(async (store) => {
    await store.act();
    return 'answer';
  });

it('says once that the store is there', async () => {
  const { guard } = await opened();
  expect(guard.state).toBe('there');
  expect(await ask(guard)).toBe('answer');
  expect(lines).toEqual(['log The cache in store is there: answers are kept in it.']);
});

it('a store that hangs: the first request waits for the deadline, and none from within a second on', async () => {
  const { store, guard } = await opened();
  store.mood = 'hangs';
  const first = ask(guard);
  await jest.advanceTimersByTimeAsync(250);
  expect(await first).toBeUndefined();
  await jest.advanceTimersByTimeAsync(250);
  expect(guard.state).toBe('away');
  const { asked } = store;
  for (let count = 0; count < 100; count += 1) expect(await ask(guard)).toBeUndefined();
  expect(store.asked).toBe(asked);
  expect(lines.slice(1)).toEqual([expect.stringMatching(/^warn .*not available \(no answer within 250 ms\)/)]);
});

it('asks by probes alone while it is away, and goes on when it is back, with a line for each', async () => {
  const { store, guard } = await opened();
  store.mood = 'fails';
  await ask(guard);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(guard.state).toBe('away');
  expect(store.reset).toHaveBeenCalled();
  store.mood = 'fine';
  await jest.advanceTimersByTimeAsync(500);
  expect(await ask(guard)).toBe('answer');
  expect(lines).toHaveLength(3);
});

it('one failure of a store that answers otherwise is no outage, and three in a row are one', async () => {
  const { guard } = await opened();
  const fail = (): Promise<unknown> => guard.read(() => Promise.reject(new Error('broken')));
  await fail();
  await fail();
  await ask(guard);
  await fail();
  await jest.advanceTimersByTimeAsync(100);
  expect(guard.state).toBe('there');
  await fail();
  await fail();
  expect(guard.state).toBe('away');
});

it('a store that is full is still read, and not written to until it takes writes again', async () => {
  const { store, guard } = await opened();
  store.mood = 'refuses writes';
  expect(await guard.write((each) => each.write())).toBe(false);
  expect(guard.state).toBe('full');
  expect(await ask(guard)).toBe('answer');
  const write = jest.fn(() => Promise.resolve());
  expect(await guard.write(write)).toBe(false);
  expect(write).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(5_000);
  store.mood = 'fine';
  await jest.advanceTimersByTimeAsync(500);
  expect(await guard.write(write)).toBe(true);
  expect(lines.slice(1)).toEqual([
    expect.stringContaining('takes no answers (OOM)'),
    expect.stringContaining('is there'),
  ]);
});

it('a store that is not there at the start: nobody waits, it is said once, and used when it comes', async () => {
  const store = new MoodyStore();
  store.mood = 'fails';
  const guard = new StoreGuard(store, { deadlineMs: 250, probeMs: 500 });
  guard.open();
  expect(await ask(guard)).toBeUndefined();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(lines).toEqual([expect.stringContaining('not available (connection refused)')]);
  store.mood = 'fine';
  await jest.advanceTimersByTimeAsync(500);
  expect(await ask(guard)).toBe('answer');
});

it('stops asking and saying when it is closed', async () => {
  const { store, guard } = await opened();
  store.mood = 'fails';
  await ask(guard);
  await guard.close();
  const { asked } = store;
  await jest.advanceTimersByTimeAsync(10_000);
  expect(store.asked).toBe(asked);
  expect(store.close).toHaveBeenCalledTimes(1);
});
