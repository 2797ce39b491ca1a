/** One contract for every store, held against a real Redis, a folder, and an S3 that checks signatures. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { GuardedResponseCache } from '../../../src/caching/guarded-response-cache.js';
import { StoreGuard } from '../../../src/caching/store-guard.js';
import { StoreRefusal, type AnswerStore } from '../../../src/caching/stores/answer-store.js';
import { DiskAnswerStore } from '../../../src/caching/stores/disk-answer-store.js';
import { RedisAnswerStore } from '../../../src/caching/stores/redis-answer-store.js';
import { S3AnswerStore } from '../../../src/caching/stores/s3-answer-store.js';
import { TieredResponseCache } from '../../../src/caching/tiered-response-cache.js';
import { InMemoryResponseCache } from '../../../src/core/response-cache/in-memory-response-cache.js';
import { systemClock } from '../../../src/core/spec/clock.js';
import type { RecordedAnswer } from '../../../src/core/spec/response-cache.js';
import { eventually } from '../../e2e/support/eventually.js';
import { sharedRedis } from '../support/redis-server.js';
import { plainHttp } from './plain-http.js';
import { s3Keys, S3Server } from './s3-server.js';

const keyOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const folder = mkdtempSync(join(tmpdir(), 'tollgate-cache-'));
const s3 = new S3Server();
let endpoint = '';
beforeAll(async () => (endpoint = await s3.listen()));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await s3.close();
});

const lineOptions = { replyTimeoutMs: 1_000, random: Math.random };
const { host, port, username, password, database, tls } = sharedRedis('unused');
const redisLogin = { username, password, database, tls };
const redisStore = (namespace = 'stores'): RedisAnswerStore =>
  new RedisAnswerStore({ address: { kind: 'single', host, port }, ...redisLogin, namespace }, lineOptions);
const diskStore = (name = 'contract', maxBytes = 10_000_000): DiskAnswerStore =>
  new DiskAnswerStore({ folder: join(folder, name), maxBytes, clock: systemClock });
const s3Store = (given: object = {}): S3AnswerStore =>
  new S3AnswerStore({
    ...{ bucket: 'answers', region: 'eu-central-1', endpoint, keys: s3Keys, path: 'a/b', timeoutMs: 2_000 },
    ...{ maxBytes: 1_000_000, http: plainHttp, clock: systemClock },
    ...given,
  });

describe.each<[string, () => AnswerStore]>([
  ['Redis', redisStore],
  ['a folder', diskStore],
  ['S3', s3Store],
])('%s', (_name, make) => {
  let store: AnswerStore;
  beforeAll(async () => {
    store = make();
    store.open();
    await eventually('it is there', () =>
      store.ping().then(
        () => true,
        () => false,
      ),
    );
  });
  afterAll(() => store.close());
  const [one, two, none] = [keyOf('one'), keyOf('two'), keyOf('none')];

  it('gives back what was written, in the order that is asked for', async () => {
    const binary = Buffer.from(Array.from({ length: 256 }, (_each, byte) => byte));
    await store.write(one, binary, 60_000);
    await store.write(two, Buffer.from('two'), 60_000);
    expect(await store.read([two, none, one])).toEqual([Buffer.from('two'), undefined, binary]);
    await store.write(two, Buffer.from('newer'), 60_000);
    expect(await store.read([two])).toEqual([Buffer.from('newer')]);
  });

  it('forgets what it is told to', async () => {
    await store.write(one, Buffer.from('1'), 60_000);
    expect(await store.remove([one])).toBe(1);
    expect(await store.read([one])).toEqual([undefined]);
  });

  it('forgets all of its own when it is cleared', async () => {
    const keys = Array.from({ length: 30 }, (_each, count) => keyOf(String(count)));
    for (const key of keys) await store.write(key, Buffer.from('x'), 60_000);
    await store.clear();
    expect((await store.read(keys)).every((bytes) => bytes === undefined)).toBe(true);
  });

  it('says whether it takes writes', async () => {
    await store.tryWrite();
  });

  it('serves as a cache: streams and usage come back, what is over does not, and neither does what somebody else wrote', async () => {
    const guard = new StoreGuard(make(), { deadlineMs: 2_000 });
    guard.open();
    await eventually('it is there', () => guard.state === 'there');
    const cache = new GuardedResponseCache(guard, systemClock, 1_000_000);
    const now = systemClock.now();
    const answer: RecordedAnswer = {
      form: 'stream',
      parts: [Buffer.from('data: a\n\n'), Buffer.from('data: b\n\n'.repeat(500))],
      usage: { promptTokens: 5, completionTokens: 7 },
      storedAtMs: now,
      expiresAtMs: now + 60_000,
    };
    await cache.set(one, answer);
    expect(await cache.get(one)).toEqual(answer);
    await cache.set(two, { ...answer, expiresAtMs: now });
    await store.write(keyOf('foreign'), Buffer.from('{"response": "not ours"}'), 60_000);
    expect(await cache.getMany([two, keyOf('foreign'), one])).toEqual([undefined, undefined, answer]);
    const [moved] = await store.read([one]);
    await store.write(two, moved ?? Buffer.alloc(0), 60_000);
    expect(await cache.get(two)).toBeUndefined();
    await guard.close();
  });
});

describe('memory in front of a store', () => {
  it('serves what it has, learns what the store has, and forgets in both', async () => {
    const guard = new StoreGuard(diskStore('tiers'), { deadlineMs: 2_000 });
    guard.open();
    await eventually('it is there', () => guard.state === 'there');
    const back = new GuardedResponseCache(guard, systemClock, 1_000_000);
    const memory = new InMemoryResponseCache();
    const cache = new TieredResponseCache(memory, back);
    const now = systemClock.now();
    const answer: RecordedAnswer = {
      form: 'whole',
      parts: [Buffer.from('{}')],
      usage: { promptTokens: 1, completionTokens: 0 },
      storedAtMs: now,
      expiresAtMs: now + 60_000,
    };
    const [one, two] = [keyOf('tier one'), keyOf('tier two')];
    await cache.set(one, answer);
    await back.set(two, answer);
    expect(await cache.getMany([two, keyOf('none'), one])).toMatchObject([answer, undefined, answer]);
    expect(memory.size).toBe(2);
    expect(await cache.delete([one])).toBe(1);
    expect(await cache.get(one)).toBeUndefined();
    await guard.close();
  });
});

describe('Redis', () => {
  it('lets answers go by themselves, and clears nobody else’s keys, whatever its namespace looks like', async () => {
    const client = new Redis({ host, port, db: database, ...(password !== undefined && { password }) });
    const [store, odd] = [redisStore(), redisStore('st*')];
    for (const each of [store, odd]) each.open();
    await eventually('they are there', () =>
      Promise.all([store.ping(), odd.ping()]).then(
        () => true,
        () => false,
      ),
    );
    await store.write(keyOf('a'), Buffer.from('x'), 5_000);
    expect(await client.pttl(`stores:${keyOf('a')}`)).toBeGreaterThan(1_000);
    await client.set('store', 'another’s');
    await odd.write(keyOf('a'), Buffer.from('y'), 5_000);
    await odd.clear();
    expect(await odd.read([keyOf('a')])).toEqual([undefined]);
    expect(await store.read([keyOf('a')])).toEqual([Buffer.from('x')]);
    await store.clear();
    expect(await client.get('store')).toBe('another’s');
    expect(await store.info()).toContain('redis_version');
    await Promise.all([store.close(), odd.close(), client.quit()]);
  });
});

describe('a folder', () => {
  const sizeOf = (path: string): number =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

  it('never holds more than it may: the least used answers go', async () => {
    const store = diskStore('bounded', 200_000);
    for (let count = 0; count < 100; count += 1) {
      await store.write(keyOf(`bounded ${count}`), Buffer.alloc(10_000));
      await store.read([keyOf('bounded 0')]);
    }
    await eventually('files have gone', () => sizeOf(join(folder, 'bounded')) <= 200_000);
    expect(await store.read([keyOf('bounded 0')])).toEqual([Buffer.alloc(10_000)]);
    expect(await store.read([keyOf('bounded 1')])).toEqual([undefined]);
    // Another process finds what is there, and keeps to the same bound.
    const next = diskStore('bounded', 50_000);
    await next.ping();
    await next.read([keyOf('none')]);
    await eventually('files have gone', () => sizeOf(join(folder, 'bounded')) <= 50_000);
  });

  it.each(['../../etc/passwd', 'a/b', '..', 'trial', keyOf('a').toUpperCase(), `${keyOf('a')}/x`])(
    'makes no file of the key %j',
    async (key) => {
      const store = diskStore('tricks');
      expect(await store.read([key])).toEqual([undefined]);
      await expect(store.write(key, Buffer.from('x'))).rejects.toThrow(StoreRefusal);
      expect(await store.remove([key])).toBe(0);
    },
  );

  it('follows no link: neither out of the folder nor to another file', async () => {
    const store = diskStore('links');
    await store.ping();
    const key = keyOf('link');
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'secret');
    mkdirSync(join(folder, 'links', key.slice(0, 2)), { recursive: true });
    symlinkSync(secret, join(folder, 'links', key.slice(0, 2), `${key}.answer`));
    expect(await store.read([key])).toEqual([undefined]);
    await store.write(key, Buffer.from('answer'));
    expect(await store.read([key])).toEqual([Buffer.from('answer')]);
    expect(statSync(secret).size).toBe(6);
  });

  it('leaves files of others alone, and is readable for its owner alone', async () => {
    const store = diskStore('private');
    await store.write(keyOf('a'), Buffer.from('x'));
    writeFileSync(join(folder, 'private', 'README'), 'mine');
    await store.clear();
    expect(existsSync(join(folder, 'private', 'README'))).toBe(true);
    expect(statSync(join(folder, 'private')).mode & 0o077).toBe(0);
  });
});

describe('S3', () => {
  it('signs each request, with whatever is in it', async () => {
    await s3Store().write(keyOf('signed'), Buffer.alloc(5_000, 'a'), 1_000);
    await s3Store({ path: '' }).write(keyOf('signed'), Buffer.from('b'), 1_000);
    expect(s3.faults).toEqual([]);
    expect([...s3.objects.keys()]).toEqual(
      expect.arrayContaining([`/answers/a/b/${keyOf('signed')}`, `/answers/${keyOf('signed')}`]),
    );
  });

  it('says why it is refused, and tells that from an outage', async () => {
    const wrong = s3Store({ keys: { ...s3Keys, secretAccessKey: 'wrong' } });
    await expect(wrong.read([keyOf('a')])).rejects.toThrow('status 403: SignatureDoesNotMatch');
    s3.refuseWith = { status: 403, code: 'AccessDenied' };
    await expect(s3Store().write(keyOf('a'), Buffer.from('x'), 1)).rejects.toThrow(StoreRefusal);
    s3.refuseWith = { status: 503, code: 'SlowDown' };
    await expect(s3Store().ping()).rejects.not.toThrow(StoreRefusal);
    s3.refuseWith = undefined;
  });

  it('that hangs costs a request one deadline, and is left alone after', async () => {
    const guard = new StoreGuard(s3Store({ timeoutMs: 200 }), { deadlineMs: 200 });
    guard.open();
    await eventually('it is there', () => guard.state === 'there');
    s3.hangs = true;
    const cache = new GuardedResponseCache(guard, systemClock, 1_000_000);
    const startedAt = performance.now();
    expect(await cache.get(keyOf('a'))).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(400);
    await eventually('it is left alone', () => guard.state === 'away', 1_000);
    s3.hangs = false;
    await eventually('it is back', () => guard.state === 'there');
    await guard.close();
  });
});
