/** The cache's Redis away, gone and back, paused, slow, full or with a wrong password: no request fails or waits long, and each change is one line. */
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { ResponseCacheService } from '../../../src/caching/response-cache.service.js';
import { ask, cacheService, chatRequest } from '../../../src/caching/testing/requests.js';
import { systemClock } from '../../../src/core/spec/clock.js';
import { eventually } from '../../e2e/support/eventually.js';
import { RedisServer, SlowLine } from '../support/redis-server.js';
import { plainHttp } from './plain-http.js';

const lines: string[] = [];
const services: ResponseCacheService[] = [];
const servers: RedisServer[] = [];
beforeEach(() => {
  lines.length = 0;
  Logger.overrideLogger({
    log: (message: string) => lines.push(`log ${message}`),
    warn: (message: string) => lines.push(`warn ${message}`),
    error: (message: string) => lines.push(`error ${message}`),
  });
});
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.onApplicationShutdown()));
  await Promise.all(servers.splice(0).map((server) => server.remove()));
});

async function serve(...args: string[]): Promise<RedisServer> {
  const server = await RedisServer.start(args);
  servers.push(server);
  return server;
}

/** Without memory in front that would hide what Redis does. */
async function start(port: number, password?: string, username?: string): Promise<ResponseCacheService> {
  const service = await cacheService({
    store: {
      type: 'redis',
      memoryBytes: 1,
      backing: {
        kind: 'redis',
        address: { kind: 'single', host: '127.0.0.1', port },
        username,
        password,
        database: 0,
        tls: false,
      },
    },
    surroundings: { http: plainHttp, clock: systemClock, random: Math.random },
  });
  services.push(service);
  service.onModuleInit();
  return service;
}

const saysThere = (): boolean => lines.some((line) => line.includes('is there'));
const linesThat = (part: string): string[] => lines.filter((line) => line.includes(part));

interface Load {
  readonly slowestMs: number;
  readonly hits: number;
  /** When the last request was that had to wait, since the load began. */
  readonly lastSlowAtMs: number;
}

/** Requests one after the other for a while: none may fail, or get anything but its own answer. */
async function load(service: ResponseCacheService, forMs: number): Promise<Load> {
  const startedAt = performance.now();
  let [slowestMs, hits, lastSlowAtMs] = [0, 0, 0];
  for (let count = 0; performance.now() - startedAt < forMs; count += 1) {
    const text = `question ${count % 10}`;
    const askedAt = performance.now();
    const { text: answer, hit } = await ask(service, chatRequest(text), () => `answer to ${text}`);
    const tookMs = performance.now() - askedAt;
    expect(answer).toBe(`answer to ${text}`);
    slowestMs = Math.max(slowestMs, tookMs);
    if (tookMs > 100) lastSlowAtMs = performance.now() - startedAt;
    if (hit) hits += 1;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return { slowestMs, hits, lastSlowAtMs };
}

it('is used where it is there', async () => {
  const service = await start((await serve()).port);
  await eventually('it is there', saysThere);
  expect((await load(service, 300)).hits).toBeGreaterThan(20);
  expect(lines).toHaveLength(1);
}, 20_000);

it('paused: a request waits for one deadline at most, none a second later, one line says so, and one that it is back', async () => {
  const server = await serve();
  const service = await start(server.port);
  await eventually('it is there', saysThere);
  server.pause();
  const { slowestMs, lastSlowAtMs } = await load(service, 2_500);
  expect(slowestMs).toBeLessThan(600);
  expect(lastSlowAtMs).toBeLessThan(1_000);
  expect(linesThat('not available')).toHaveLength(1);
  server.resume();
  await eventually('it is back', () => linesThat('is there').length === 2, 15_000);
  expect((await load(service, 300)).hits).toBeGreaterThan(20);
  expect(lines).toHaveLength(3);
}, 40_000);

it('killed, and back with nothing', async () => {
  const server = await serve();
  const service = await start(server.port);
  await eventually('it is there', saysThere);
  await load(service, 100);
  await server.kill();
  const { slowestMs } = await load(service, 1_500);
  expect(slowestMs).toBeLessThan(600);
  expect(linesThat('not available')).toHaveLength(1);
  await server.up();
  await eventually('it is back', () => linesThat('is there').length === 2, 15_000);
  expect((await load(service, 300)).hits).toBeGreaterThan(20);
  expect(lines).toHaveLength(3);
}, 40_000);

it('not there at the start: nobody waits, and it is used once it comes', async () => {
  const server = await serve();
  await server.kill();
  const service = await start(server.port);
  expect((await load(service, 1_800)).slowestMs).toBeLessThan(300);
  expect(linesThat('ECONNREFUSED')).toHaveLength(1);
  await server.up();
  await eventually('it has come', saysThere, 15_000);
  expect((await load(service, 300)).hits).toBeGreaterThan(20);
}, 40_000);

it('a wrong password: one line says why, and never the password', async () => {
  const server = await serve('--requirepass', 'correct-horse');
  const service = await start(server.port, 'hunter2-battery');
  expect((await load(service, 2_500)).slowestMs).toBeLessThan(600);
  expect(lines).toEqual([expect.stringMatching(/not available \((WRONGPASS|NOAUTH)/)]);
  expect(lines.join()).not.toMatch(/hunter2|correct-horse/);
  const right = await start(server.port, 'correct-horse');
  await eventually('the right one works', saysThere);
  expect((await load(right, 200)).hits).toBeGreaterThan(10);
}, 20_000);

it('a user who may do no more than is documented is enough', async () => {
  const server = await serve();
  const operator = new Redis({ host: '127.0.0.1', port: server.port });
  const rights = ['~test:*', '+get', '+set', '+unlink', '+scan', '+ping', '+select', '+info'];
  await operator.call('ACL', 'SETUSER', 'cache', 'on', '>secret', ...rights);
  const service = await start(server.port, 'secret', 'cache');
  await eventually('it is there', saysThere);
  expect((await load(service, 300)).hits).toBeGreaterThan(20);
  expect(lines).toHaveLength(1);
  await operator.quit();
}, 20_000);

it('full: what is in it is still used, one line says that it takes no more, and one that it does again', async () => {
  const server = await serve('--maxmemory-policy', 'noeviction');
  const operator = new Redis({ host: '127.0.0.1', port: server.port });
  const service = await start(server.port);
  await eventually('it is there', saysThere);
  await ask(service, chatRequest('kept before'), () => 'kept');
  await eventually('it is kept', async () => (await operator.dbsize()) > 0);
  await operator.config('SET', 'maxmemory', '100kb');
  expect((await load(service, 1_500)).slowestMs).toBeLessThan(300);
  expect(await ask(service, chatRequest('kept before'), () => 'anew')).toMatchObject({ text: 'kept', hit: true });
  expect(linesThat('takes no answers (OOM')).toHaveLength(1);
  await operator.config('SET', 'maxmemory', '0');
  await eventually('it takes answers again', () => linesThat('is there').length === 2);
  expect((await load(service, 300)).hits).toBeGreaterThan(20);
  expect(lines).toHaveLength(3);
  await operator.quit();
}, 30_000);

it.each([
  ['a little: it is used all the same', 60, true],
  ['past the deadline: it is left alone within a second', 2_000, false],
])(
  'slow by %s',
  async (_what, delayMs, isUsed) => {
    const server = await serve();
    const line = new SlowLine(server.port, delayMs / 2);
    const service = await start(await line.listen());
    if (isUsed) await eventually('it is there', saysThere, 10_000);
    const { slowestMs, lastSlowAtMs, hits } = await load(service, 2_500);
    expect(slowestMs).toBeLessThan(600);
    if (isUsed) expect(hits).toBeGreaterThan(5);
    else {
      expect(lastSlowAtMs).toBeLessThan(1_000);
      expect(linesThat('not available')).toHaveLength(1);
    }
    await service.onApplicationShutdown();
    await line.close();
  },
  30_000,
);
