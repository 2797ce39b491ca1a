/** Rates counted over Redis: two processes together admit what the limit says, whatever happens in between. */
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { systemClock, type RateClaim } from '../../../src/core/spec/index.js';
import type { RedisOptions } from '../../../src/redis/redis-options.js';
import { RedisRateStore } from '../../../src/redis/redis-rate-store.js';
import { RedisService, RedisUnavailable } from '../../../src/redis/redis.service.js';
import { eventually } from '../../e2e/support/eventually.js';
import { RedisServer } from '../support/redis-server.js';

let server: RedisServer;
const services: RedisService[] = [];

beforeAll(() => Logger.overrideLogger(false));
beforeEach(async () => {
  server = await RedisServer.start();
});
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.onApplicationShutdown()));
  await server.remove();
});

async function process(options: RedisOptions = server.options()): Promise<RedisRateStore> {
  const service = new RedisService(options, Math.random, systemClock);
  services.push(service);
  service.onModuleInit();
  await eventually('Redis is there', () => service.isUp);
  return new RedisRateStore(service, options);
}

const claim = (given: Partial<RateClaim>): RateClaim => ({
  key: 'key:k:requests',
  counts: 'in_window',
  limit: 10,
  windowMs: 60_000,
  amount: 1,
  least: 1,
  ...given,
});
const running = (given: Partial<RateClaim> = {}): RateClaim =>
  claim({ key: 'key:k:running', counts: 'while_running', ...given });

async function granted(
  stores: readonly RedisRateStore[],
  times: number,
  claims: readonly RateClaim[],
): Promise<number> {
  const takes = Array.from({ length: times / stores.length }, (_, round) =>
    stores.map((store, place) => store.take(`r${round}/${place}`, claims)),
  );
  const results = await Promise.all(takes.flat());
  return results.filter(({ refusedBy }) => refusedBy === undefined).length;
}

it('admits exactly the limit of 200 requests that two processes take at once', async () => {
  const stores = [await process(), await process()];
  expect(await granted(stores, 200, [claim({})])).toBe(10);
});

it('holds requests at once to the limit, and lets others in as they end', async () => {
  const [one, two] = [await process(), await process()];
  expect(await granted([one, two], 50, [running({ limit: 4 })])).toBe(4);
  const client = new Redis(server.port, '127.0.0.1');
  const [holder = ''] = await client.zrange('{test:rates}:key:k:running', '0', '0');
  await client.quit();
  one.settle(holder, [], ['key:k:running']);
  await eventually(
    'there is room',
    async () => (await two.take('late', [running({ limit: 4 })])).refusedBy === undefined,
  );
});

it('takes nothing where one of several has no room, and says which', async () => {
  const store = await process();
  await store.take('a', [claim({ key: 'full', limit: 1 })]);
  expect(await store.take('b', [claim({}), running(), claim({ key: 'full', limit: 1 })])).toMatchObject({
    refusedBy: 2,
  });
  expect((await store.take('c', [claim({}), running()])).readings).toMatchObject([{ used: 1 }, { used: 1 }]);
});

it('a guess takes what is left, and the correction gives back what was not used, in its window alone', async () => {
  const store = await process();
  const tokens = (amount: number, least: number): RateClaim =>
    claim({ key: 'key:k:tokens', limit: 100, amount, least });
  const { readings } = await store.take('a', [tokens(1_000, 10)]);
  expect(readings[0]).toMatchObject({ used: 100, taken: 100 });
  store.settle('a', [{ key: 'key:k:tokens', window: (readings[0]?.window ?? 0) - 1, delta: -90 }], []);
  expect((await store.take('b', [tokens(10, 10)])).refusedBy).toBe(0);
  store.settle('a', [{ key: 'key:k:tokens', window: readings[0]?.window ?? 0, delta: -90 }], []);
  expect((await store.take('b', [tokens(90, 90)])).readings[0]).toMatchObject({ used: 100 });
});

it('begins a new window when the old one is over', async () => {
  const store = await process();
  const short = claim({ limit: 1, windowMs: 50 });
  expect((await store.take('a', [short])).refusedBy).toBeUndefined();
  expect((await store.take('b', [short])).refusedBy).toBe(0);
  await eventually('a new window begins', async () => (await store.take('c', [short])).refusedBy === undefined);
});

it('believes a dead process’s requests to run for no longer than the window, and a living one’s as long as they do', async () => {
  const [living, dead] = [await process(), await process()];
  const short = running({ limit: 2, windowMs: 300 });
  await living.take('lives', [short]);
  await dead.take('died', [short]);
  for (let round = 0; round < 8; round += 1) {
    await living.renew();
    await pause(60);
  }
  expect((await living.take('next', [short])).readings[0]).toMatchObject({ used: 2 });
  expect((await living.take('too many', [short])).refusedBy).toBe(0);
});

it('runs its script again on a Redis that has forgotten it', async () => {
  const store = await process();
  await store.take('a', [claim({})]);
  const client = new Redis(server.port, '127.0.0.1');
  await client.script('FLUSH');
  await client.quit();
  expect((await store.take('b', [claim({})])).readings[0]).toMatchObject({ used: 2 });
});

it('fails at once while Redis is away, and settles without a word', async () => {
  const store = await process();
  await server.kill();
  await eventually('it is noticed', () => services.every((service) => !service.isUp));
  await expect(store.take('a', [claim({})])).rejects.toBeInstanceOf(RedisUnavailable);
  expect(() => store.settle('a', [{ key: 'x', window: 1, delta: 1 }], ['y'])).not.toThrow();
});
