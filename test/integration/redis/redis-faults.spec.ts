/** Redis away, gone and back, paused, refusing, full or slow: no request fails or waits by it, and what processes know is shared again. */
import { Logger, type LoggerService } from '@nestjs/common';
import { Redis } from 'ioredis';
import { systemClock } from '../../../src/core/spec/clock.js';
import { madeUpDeployment } from '../../../src/core/testing/deployments.js';
import type { RedisOptions } from '../../../src/redis/redis-options.js';
import { eventually } from '../../e2e/support/eventually.js';
import { RedisServer, SlowLine } from '../support/redis-server.js';
import { cooldownMs, SharingRouter, type RouterOptions } from './sharing-router.js';

const rateLimits = { rules: { checks: { fitness: false, rateLimits: true, health: false } } };

const logged: string[] = [];
const recorder: LoggerService = {
  log: (message: string) => logged.push(`log ${message}`),
  warn: (message: string) => logged.push(`warn ${message}`),
  error: (message: string) => logged.push(`error ${message}`),
};

const started: SharingRouter[] = [];
const servers: RedisServer[] = [];
beforeEach(() => {
  logged.length = 0;
  Logger.overrideLogger(recorder);
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((router) => router.stop()));
  await Promise.all(servers.splice(0).map((server) => server.remove()));
});

async function serve(...args: string[]): Promise<RedisServer> {
  const server = await RedisServer.start(args);
  servers.push(server);
  return server;
}

async function start(options: RedisOptions, given: RouterOptions = {}): Promise<SharingRouter> {
  const router = await SharingRouter.start(options, given);
  started.push(router);
  return router;
}

const isUp = (...routers: SharingRouter[]): boolean => routers.every(({ redis }) => redis.isUp);
const isDown = (...routers: SharingRouter[]): boolean => routers.every(({ redis }) => !redis.isUp);
const linesThat = (part: string): string[] => logged.filter((line) => line.includes(part));

/** No request takes longer than the event loop does anyway: nothing waits for Redis. */
async function askMany(router: SharingRouter, times = 200): Promise<Set<string>> {
  const answers = new Set<string>();
  for (let count = 0; count < times; count += 1) answers.add(await router.ask());
  return answers;
}

it('Redis is killed and comes back with nothing: all know again what one has found out, and one line says so each time', async () => {
  const server = await serve();
  const [one, two] = [await start(server.options()), await start(server.options())];
  await one.ask('upstream_rate_limited');
  await eventually('the other has heard', () => two.leftMs() > 0);
  await server.kill();
  await eventually('both notice', () => isDown(one, two));
  expect(await askMany(one)).toEqual(new Set(['b']));
  // Found out while nobody could be told.
  expect(await two.ask('upstream_rate_limited')).toBe('b failed');
  await new Promise((resolve) => setTimeout(resolve, 500));
  await server.up();
  await eventually('both are back', () => isUp(one, two));
  await eventually('what was found out meanwhile is told', () => one.leftMs(1) > 0);
  const late = await start(server.options());
  expect(late.leftMs(0)).toBeGreaterThan(cooldownMs / 2);
  expect(late.leftMs(1)).toBeGreaterThan(cooldownMs / 2);
  await late.stop();
  expect(linesThat('is not available')).toHaveLength(2);
  expect(linesThat('is there')).toHaveLength(5);
}, 30_000);

it('Redis goes and comes again and again under load: no request fails', async () => {
  const server = await serve();
  const routers = [await start(server.options(), rateLimits), await start(server.options(), rateLimits)];
  let running = true;
  const answers = new Set<string>();
  const load = (async () => {
    while (running) {
      for (const router of routers) answers.add(await router.ask(undefined, 10));
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  for (let round = 0; round < 3; round += 1) {
    await eventually('both are there', () => isUp(...routers));
    await server.kill();
    await eventually('both notice', () => isDown(...routers));
    await server.up();
  }
  await eventually('both are back', () => isUp(...routers));
  running = false;
  await load;
  expect(answers).toEqual(new Set(['a']));
}, 30_000);

it('Redis is not there at the start: the process starts, and shares once it comes', async () => {
  const server = await serve();
  await server.kill();
  const [one, two] = [await start(server.options()), await start(server.options())];
  expect(await one.ask('upstream_rate_limited')).toBe('a failed');
  expect(await askMany(one)).toEqual(new Set(['b']));
  expect(await two.ask()).toBe('a');
  await server.up();
  await eventually('the other has heard', () => two.leftMs() > 0);
  expect(linesThat('ECONNREFUSED')).toHaveLength(2);
}, 30_000);

it('Redis is paused: it is noticed, nothing waits, and all is shared when it goes on', async () => {
  const server = await serve();
  const [one, two] = [await start(server.options(), rateLimits), await start(server.options(), rateLimits)];
  server.pause();
  const pausedAt = performance.now();
  expect(await one.ask('upstream_rate_limited')).toBe('a failed');
  expect(await askMany(one)).toEqual(new Set(['b']));
  // Before it is noticed that Redis does not answer.
  expect(isUp(one)).toBe(true);
  expect(performance.now() - pausedAt).toBeLessThan(1_000);
  await eventually('both notice', () => isDown(one, two));
  expect(await askMany(one)).toEqual(new Set(['b']));
  expect(await askMany(two)).toEqual(new Set(['a']));
  server.resume();
  await eventually('the other has heard', () => two.leftMs() > 0, 15_000);
}, 40_000);

it('a wrong password: every request is served, the log says why, and never the password', async () => {
  const server = await serve('--requirepass', 'correct-horse');
  const wrong = server.options({ password: 'hunter2-battery' });
  const one = await start(wrong);
  expect(isDown(one)).toBe(true);
  expect(await one.ask('upstream_rate_limited')).toBe('a failed');
  expect(await askMany(one)).toEqual(new Set(['b']));
  // It goes on being tried, and is not told of each time.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(linesThat('WRONGPASS')).toHaveLength(1);
  expect(logged).toHaveLength(1);
  expect(logged.join()).not.toContain('hunter2');
  const [right, other] = [
    await start(server.options({ password: 'correct-horse' })),
    await start(server.options({ username: 'default', password: 'correct-horse' })),
  ];
  await right.ask('upstream_rate_limited');
  await eventually('those with the right one share', () => other.leftMs() > 0);
  expect(logged.join()).not.toContain('correct-horse');
}, 30_000);

it('Redis is full: those that live hear of breakers all the same, and one line says that counts are not taken', async () => {
  const server = await serve('--maxmemory-policy', 'noeviction');
  const operator = new Redis({ host: '127.0.0.1', port: server.port });
  const [one, two] = [await start(server.options(), rateLimits), await start(server.options(), rateLimits)];
  // Less than it has in use already.
  await operator.config('SET', 'maxmemory', '100kb');
  await expect(operator.set('one', 'more')).rejects.toThrow('OOM');
  expect(await one.ask('upstream_rate_limited')).toBe('a failed');
  await eventually('the other has heard', () => two.leftMs() > 0);
  expect([await askMany(one), await askMany(two)]).toEqual([new Set(['b']), new Set(['b'])]);
  await eventually('it refuses', () => linesThat('Redis refuses usage counts (OOM').length === 2);
  expect(isUp(one, two)).toBe(true);
  await operator.config('SET', 'maxmemory', '0');
  await eventually('it takes them again', () => linesThat('Redis takes usage counts again').length === 2);
  expect(linesThat('Redis refuses')).toHaveLength(2);
  await operator.quit();
}, 30_000);

it('Redis is slow: nothing waits for it, and what is shared is shared late', async () => {
  const server = await serve();
  const lines = [new SlowLine(server.port, 150), new SlowLine(server.port, 150)];
  const [one, two] = await Promise.all(
    lines.map(async (line) => start(server.options({ port: await line.listen() }), rateLimits)),
  );
  if (!one || !two) throw new Error('Both have been started.');
  await eventually('both are there', () => isUp(one, two));
  const askedAt = performance.now();
  expect(await one.ask('upstream_rate_limited')).toBe('a failed');
  const answers = await askMany(one);
  const tookMs = performance.now() - askedAt;
  expect(answers).toEqual(new Set(['b']));
  // Two hundred and one of them, in less than two trips to Redis.
  expect(tookMs).toBeLessThan(600);
  expect(two.leftMs()).toBe(0);
  await eventually('the other has heard', () => two.leftMs() > 0);
  await eventually('and has counted', () => two.stateOf(1).requests.total(systemClock.monotonic()) === 200);
  await Promise.all([one.stop(), two.stop()]);
  await Promise.all(lines.map((line) => line.close()));
}, 30_000);

it('a Redis that does not know EVAL refuses, and every request is served', async () => {
  const server = await serve('--rename-command', 'EVAL', '');
  const one = await start(server.options());
  expect(await one.ask('upstream_rate_limited')).toBe('a failed');
  expect(await askMany(one)).toEqual(new Set(['b']));
  await eventually('the log says so', () => linesThat('Redis refuses breakers').length === 1);
  expect(isUp(one)).toBe(true);
}, 30_000);

it('a replica takes no writes: every request is served, the line is tried anew now and then, and what is known is shared with the next primary', async () => {
  const [primary, demoted] = [await serve(), await serve()];
  const [one, two] = [await start(demoted.options()), await start(demoted.options())];
  const operator = new Redis({ host: '127.0.0.1', port: demoted.port });
  await operator.replicaof('127.0.0.1', primary.port);
  expect(await one.ask('upstream_rate_limited')).toBe('a failed');
  expect(await askMany(one)).toEqual(new Set(['b']));
  await eventually('the log says so', () => linesThat('READONLY').length > 0);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(linesThat('is not available (READONLY')).toHaveLength(1);
  await operator.replicaof('NO', 'ONE');
  await eventually('the other has heard', () => two.leftMs() > 0);
  await operator.quit();
}, 30_000);

it('a user who may do no more than is documented is enough', async () => {
  const server = await serve();
  const operator = new Redis({ host: '127.0.0.1', port: server.port });
  const rights = [
    '~{test:*',
    '&test:*',
    '+@read',
    '+@write',
    '+@pubsub',
    '+@scripting',
    '+@connection',
    '+time',
    '+info',
  ];
  await operator.call('ACL', 'SETUSER', 'gate', 'on', '>secret', ...rights, '-@dangerous', '+info');
  const user = server.options({ username: 'gate', password: 'secret', database: 2 });
  const [one, two] = [await start(user, rateLimits), await start(user, rateLimits)];
  await one.ask('upstream_rate_limited');
  await eventually('the other has heard', () => two.leftMs() > 0);
  await eventually('and has counted', () => two.stateOf().requests.total(systemClock.monotonic()) === 1);
  expect(linesThat('refuses')).toEqual([]);
  await operator.quit();
}, 30_000);

it('foreign messages on the channel are passed over', async () => {
  const server = await serve();
  const one = await start(server.options(), { deployments: [madeUpDeployment({ id: 'a', model: 'm' })] });
  const stranger = new Redis({ host: '127.0.0.1', port: server.port });
  const opened = { event: 'opened', deployment: 'a m', leftMs: 5_000, opening: 1, reason: 'Timeout', from: 'x' };
  for (const text of ['', '{', '{"event":"opened"}', 'null']) await stranger.publish('test:breakers', text);
  await stranger.publish('test:breakers', JSON.stringify(opened));
  await eventually('the one that fits is heard', () => one.leftMs() > 0);
  await stranger.quit();
}, 30_000);

it('ends at once, whether Redis is there, paused or gone', async () => {
  const server = await serve();
  const there = await start(server.options());
  const paused = await start(server.options());
  await there.stop();
  server.pause();
  await paused.stop();
  server.resume();
  await server.kill();
  const gone = await start(server.options());
  await gone.stop();
  expect(linesThat('error')).toEqual([]);
}, 30_000);
