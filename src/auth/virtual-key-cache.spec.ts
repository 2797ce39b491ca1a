/** Cached keys: trusted only while nothing says that they changed, and never a refusal where the truth cannot be known. */
import { GatewayError } from '../core/errors/gateway-error.js';
import { FakeClock } from '../core/testing/fake-clock.js';
import type { AuthSettings } from './auth-settings.js';
import { VirtualKeyCache } from './virtual-key-cache.js';
import type { VirtualKeyRecord } from './key-record.js';
import { keyRecord } from './testing/key-record.js';

const settings: AuthSettings = {
  masterKey: 'sk-master',
  maxCachedKeys: 100,
  keyTtlMs: 60_000,
  serveWithoutDatabase: true,
  staleKeyMaxMs: 3_600_000,
  keyHeader: undefined,
};

const away = new GatewayError('database_unavailable', { retryAfterMs: 1_000 });
const record = (token: string, models: readonly string[] = []): VirtualKeyRecord =>
  keyRecord({ token, models, dependsOn: [`key:${token}`, 'team:shared'] });

/** A database whose answers a test gives when it chooses to. */
class FakeSource {
  readonly rows = new Map<string, VirtualKeyRecord>();
  reads: string[] = [];
  failure: Error | undefined;
  hears = true;
  /** While set, reads wait; what they answer is decided when they begin. */
  held: (() => void)[] | undefined;

  async find(token: string): Promise<VirtualKeyRecord | null> {
    this.reads.push(token);
    const row = this.rows.get(token) ?? null;
    const { failure, held } = this;
    if (held) await new Promise<void>((resolve) => held.push(resolve));
    if (failure) throw failure;
    return row;
  }
  hearsChanges(): boolean {
    return this.hears;
  }
  release(): void {
    for (const resolve of this.held ?? []) resolve();
    this.held = undefined;
  }
}

let source: FakeSource;
let clock: FakeClock;
let cache: VirtualKeyCache;
const make = (given: Partial<AuthSettings> = {}): void => {
  source = new FakeSource();
  clock = new FakeClock();
  cache = new VirtualKeyCache(source, { ...settings, ...given }, clock);
  source.rows.set('a', record('a'));
};
beforeEach(() => make());

it('reads a key once and then knows it at once, without a promise', async () => {
  await expect(cache.find('a')).resolves.toEqual(record('a'));
  expect(cache.find('a')).toEqual(record('a'));
  expect(source.reads).toEqual(['a']);
});

it('reads a key once for all that ask for it meanwhile', async () => {
  const answers = await Promise.all([cache.find('a'), cache.find('a'), cache.find('a')]);
  expect([answers, source.reads]).toEqual([[record('a'), record('a'), record('a')], ['a']]);
});

it('reads again after the time to live', async () => {
  await cache.find('a');
  clock.advance(60_000);
  await cache.find('a');
  expect(source.reads).toHaveLength(1);
  clock.advance(1);
  await cache.find('a');
  expect(source.reads).toHaveLength(2);
});

it('reads each time while changes are not heard of', async () => {
  await cache.find('a');
  source.hears = false;
  source.rows.delete('a');
  await expect(cache.find('a')).resolves.toBeNull();
  source.hears = true;
  expect(await cache.find('a')).toBeNull();
});

describe('a change', () => {
  it.each([
    ['of this key', () => cache.forget('a')],
    ['of what it is built from', () => cache.forgetDependents('team:shared')],
    ['that was missed', () => cache.forgetAll()],
  ])('%s holds from then on', async (_which, change) => {
    await cache.find('a');
    source.rows.set('a', record('a', ['new']));
    change();
    expect(await cache.find('a')).toEqual(record('a', ['new']));
  });

  it.each([
    ['of this key', () => cache.forget('a')],
    ['that was missed', () => cache.forgetAll()],
    ['of another key', () => cache.forget('b')],
    ['of what some key may be built from', () => cache.forgetDependents('team:any')],
  ])('%s during a read keeps that read from being remembered', async (_which, change) => {
    source.held = [];
    const old = cache.find('a');
    source.rows.set('a', record('a', ['new']));
    change();
    source.release();
    expect(await old).toEqual(record('a'));
    expect(await cache.find('a')).toEqual(record('a', ['new']));
  });

  it('of what keys are built from makes all of them void, and no other', async () => {
    for (const token of ['a', 'b']) source.rows.set(token, record(token));
    source.rows.set('c', keyRecord({ token: 'c', dependsOn: ['team:other'] }));
    for (const token of ['a', 'b', 'c']) await cache.find(token);
    cache.forgetDependents('team:shared');
    expect(['a', 'b', 'c'].map((token) => cache.find(token) instanceof Promise)).toEqual([true, true, false]);
  });

  it('of what a key is built from during its reading has it read again for who asks then', async () => {
    source.held = [];
    const old = cache.find('a');
    source.rows.set('a', record('a', ['new']));
    cache.forgetDependents('team:shared');
    const next = cache.find('a');
    source.release();
    expect([await old, await next]).toEqual([record('a'), record('a', ['new'])]);
  });

  it('during a read lets the next one ask anew, and the older answer does not win by being late', async () => {
    source.held = [];
    const old = cache.find('a');
    source.rows.set('a', record('a', ['new']));
    cache.forget('a');
    const heldOld = source.held;
    source.held = undefined;
    expect(await cache.find('a')).toEqual(record('a', ['new']));
    for (const resolve of heldOld) resolve();
    expect(await old).toEqual(record('a'));
    expect(cache.find('a')).toEqual(record('a', ['new']));
    expect(source.reads).toEqual(['a', 'a']);
  });
});

describe('a key that does not exist', () => {
  it('is remembered for a second at most', async () => {
    expect(await cache.find('x')).toBeNull();
    clock.advance(1_000);
    expect(cache.find('x')).toBeNull();
    source.rows.set('x', record('x'));
    clock.advance(1);
    expect(await cache.find('x')).toEqual(record('x'));
  });

  it('is there as soon as its making is heard of', async () => {
    await cache.find('x');
    source.rows.set('x', record('x'));
    cache.forget('x');
    expect(await cache.find('x')).toEqual(record('x'));
  });

  it('is not one whose look-up failed', async () => {
    source.failure = away;
    await expect(cache.find('x')).rejects.toBe(away);
    source.failure = undefined;
    source.rows.set('x', record('x'));
    expect(await cache.find('x')).toEqual(record('x'));
  });

  it('drives out no known key, however many are guessed', async () => {
    await cache.find('a');
    for (let guess = 0; guess < 1_000; guess += 1) await cache.find(`guess-${guess}`);
    source.failure = away;
    source.hears = false;
    expect(await cache.find('a')).toEqual(record('a'));
  });

  it('that was known before stays refused after its deletion, also while the database is away', async () => {
    await cache.find('a');
    source.rows.delete('a');
    clock.advance(60_001);
    expect(await cache.find('a')).toBeNull();
    clock.advance(5_000);
    source.failure = away;
    await expect(cache.find('a')).rejects.toBe(away);
  });
});

describe('while the database is away', () => {
  it('known keys are served, up to the bound', async () => {
    await cache.find('a');
    source.failure = away;
    source.hears = false;
    clock.advance(3_600_000);
    expect(await cache.find('a')).toEqual(record('a'));
    clock.advance(1);
    await expect(cache.find('a')).rejects.toMatchObject({ code: 'database_unavailable', status: 503 });
  });

  it('serving does not make them younger', async () => {
    await cache.find('a');
    source.failure = away;
    source.hears = false;
    for (const ms of [2_000_000, 1_600_000]) {
      clock.advance(ms);
      expect(await cache.find('a')).toEqual(record('a'));
    }
    clock.advance(1);
    await expect(cache.find('a')).rejects.toBe(away);
  });

  it('unknown keys are 503, never refused', async () => {
    source.failure = away;
    await expect(cache.find('x')).rejects.toMatchObject({ status: 503, retryAfterMs: 1_000 });
  });

  it('a key that was forgotten is 503: nobody knows what it has become', async () => {
    await cache.find('a');
    cache.forget('a');
    source.failure = away;
    await expect(cache.find('a')).rejects.toBe(away);
  });

  it('nobody is served where the operator said so', async () => {
    make({ serveWithoutDatabase: false });
    await cache.find('a');
    source.failure = away;
    source.hears = false;
    await expect(cache.find('a')).rejects.toBe(away);
  });

  it('recovers with the first read that succeeds', async () => {
    await cache.find('a');
    source.failure = away;
    source.hears = false;
    await cache.find('a');
    source.failure = undefined;
    source.rows.set('a', record('a', ['new']));
    expect(await cache.find('a')).toEqual(record('a', ['new']));
  });
});

it('does not serve old keys over an error that is no outage', async () => {
  await cache.find('a');
  clock.advance(60_001);
  source.failure = new TypeError('bug');
  await expect(cache.find('a')).rejects.toThrow('bug');
});

it('keeps no more keys than it may', async () => {
  make({ maxCachedKeys: 2 });
  for (const token of ['a', 'b', 'c']) {
    source.rows.set(token, record(token));
    await cache.find(token);
  }
  expect(cache.find('c')).toEqual(record('c'));
  expect(cache.find('a')).toBeInstanceOf(Promise);
});

it('drops what it knows of dependencies with the keys that it drops', async () => {
  make({ maxCachedKeys: 2 });
  for (const token of ['a', 'b', 'c', 'd']) {
    source.rows.set(token, record(token));
    await cache.find(token);
  }
  cache.forgetDependents('team:shared');
  for (const token of ['c', 'd']) expect(cache.find(token)).toBeInstanceOf(Promise);
});
