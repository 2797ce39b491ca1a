/** The cache's routes: what they say with and without a cache, and that they remove what they are told to and nothing else. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { CACHE_STORES } from '../../../src/caching/response-cache.service.js';
import type { CacheStores } from '../../../src/caching/open-stores.lazy.js';
import { s3Keys, S3Server } from '../../integration/caching/s3-server.js';
import { RedisServer } from '../../integration/support/redis-server.js';
import { eventually } from '../support/eventually.js';
import { TestGateway } from '../support/gateway.js';

const models = [{ model_name: 'demo', litellm_params: { model: 'demo/x' } }];

async function get(gateway: TestGateway, path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const { status, json } = await gateway.send({ method: 'GET', path });
  return { status, body: json as Record<string, unknown> };
}
async function post(
  gateway: TestGateway,
  path: string,
  given: object = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { 'content-type': 'application/json' };
  const { status, json } = await gateway.send({ method: 'POST', path, headers, body: JSON.stringify(given) });
  return { status, body: json as Record<string, unknown> };
}

const key = 'a'.repeat(64);
const answer = () => ({
  form: 'whole' as const,
  parts: [Buffer.from('{}')],
  usage: undefined,
  storedAtMs: Date.now(),
  expiresAtMs: Date.now() + 60_000,
});

describe('without a cache', () => {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await TestGateway.start({ models })));
  afterAll(() => gateway.stop());

  it.each([
    ['/cache/ping', get],
    ['/cache/redis/info', get],
    ['/cache/flushall', post],
  ])('%s says how to have one', async (path, ask) => {
    expect(await ask(gateway, path)).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('litellm_settings.cache: true') as unknown } },
    });
  });

  it('shows the settings that there are', async () => {
    const { status, body } = await get(gateway, '/cache/settings');
    expect([status, body['is_on'], body['current_values']]).toEqual([200, false, {}]);
    expect(body['fields']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ field_name: 'type', options: expect.arrayContaining(['redis']) as unknown }),
      ]),
    );
  });
});

describe('in memory', () => {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await TestGateway.start({ models, litellm: { cache: true } })));
  afterAll(() => gateway.stop());
  const stores = (): CacheStores => gateway.app.get<CacheStores>(CACHE_STORES);

  it('is healthy, and forgets what it is told to', async () => {
    expect(await get(gateway, '/cache/ping')).toMatchObject({
      status: 200,
      body: { status: 'healthy', cache_type: 'local', ping_response: true, set_cache_response: 'success', place: null },
    });
    await stores().cache.set(key, answer());
    await stores().cache.set('b'.repeat(64), answer());
    expect(await post(gateway, '/cache/delete', { keys: [key] })).toEqual({
      status: 200,
      body: { status: 'success', deleted: 1 },
    });
    expect(stores().memory.size).toBe(1);
    expect(await post(gateway, '/cache/flushall')).toEqual({ status: 200, body: { status: 'success' } });
    expect(stores().memory.size).toBe(0);
  });

  it.each([[{}], [{ keys: [] }], [{ keys: ['../x'] }], [{ keys: 'a' }], [{ keys: [key], more: 1 }]])(
    'refuses to delete %j',
    async (body) => {
      expect((await post(gateway, '/cache/delete', body)).status).toBe(400);
    },
  );

  it('has nothing to say of a Redis', async () => {
    expect((await get(gateway, '/cache/redis/info')).status).toBe(400);
  });
});

describe.each([
  ['S3', async (s3: S3Server) => ({ type: 's3', s3_bucket_name: 'answers', s3_endpoint_url: await s3.listen() })],
  ['a folder', (_s3: S3Server, folder: string) => ({ type: 'disk', disk_cache_dir: folder })],
])('in %s', (_place, paramsOf) => {
  const s3 = new S3Server();
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-cache-e2e-'));
  const s3Access = { s3_aws_access_key_id: s3Keys.accessKeyId, s3_aws_secret_access_key: s3Keys.secretAccessKey };
  let gateway: TestGateway;
  beforeAll(async () => {
    const params = { ...(await paramsOf(s3, folder)), ...s3Access, socket_timeout: 2 };
    gateway = await TestGateway.start({ models, litellm: { cache: true, cache_params: params } });
  });
  afterAll(async () => {
    await gateway.stop();
    await s3.close();
    rmSync(folder, { recursive: true });
  });

  it('is healthy, and forgets what it is told to', async () => {
    await eventually('it is there', async () => (await get(gateway, '/cache/ping')).status === 200);
    expect((await get(gateway, '/cache/ping')).body).toMatchObject({
      ping_response: true,
      set_cache_response: 'success',
    });
    const { cache, memory } = gateway.app.get<CacheStores>(CACHE_STORES);
    await cache.set(key, answer());
    memory.clear();
    expect(await cache.get(key)).toMatchObject({ form: 'whole' });
    expect((await post(gateway, '/cache/flushall')).status).toBe(200);
    expect(await cache.get(key)).toBeUndefined();
    expect(s3.faults).toEqual([]);
  });
});

describe('in Redis', () => {
  let redis: RedisServer;
  let gateway: TestGateway;
  beforeAll(async () => {
    redis = await RedisServer.start(['--requirepass', 'hunter2']);
    const params = { type: 'redis', host: '127.0.0.1', port: redis.port, password: 'hunter2', namespace: 'mine' };
    gateway = await TestGateway.start({ models, litellm: { cache: true, cache_params: params } });
    await eventually('it is there', async () => (await get(gateway, '/cache/ping')).status === 200);
  });
  afterAll(async () => {
    await gateway.stop();
    await redis.remove();
  });

  it('is healthy, tells of Redis, and removes its own answers alone', async () => {
    expect((await get(gateway, '/cache/ping')).body).toMatchObject({
      cache_type: 'redis',
      place: `Redis at 127.0.0.1:${redis.port}`,
    });
    expect((await get(gateway, '/cache/redis/info')).body).toMatchObject({
      num_clients: expect.any(Number) as unknown,
      info: { redis_mode: 'standalone' },
    });
    const client = new Redis({ host: '127.0.0.1', port: redis.port, password: 'hunter2' });
    await client.set('others', '1');
    await gateway.app.get<CacheStores>(CACHE_STORES).cache.set(key, answer());
    expect(await client.exists(`mine:${key}`)).toBe(1);
    expect((await post(gateway, '/cache/flushall')).status).toBe(200);
    expect(await client.exists(`mine:${key}`)).toBe(0);
    expect(await client.exists('others')).toBe(1);
    await client.quit();
  });

  it('shows its settings, and no password', async () => {
    const { body } = await get(gateway, '/cache/settings');
    expect(body).toMatchObject({ is_on: true, current_values: { type: 'redis', password: '*****' } });
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it('says that it is not available when Redis is gone', async () => {
    await redis.kill();
    expect(await get(gateway, '/cache/ping')).toMatchObject({
      status: 503,
      body: { error: { type: 'service_unavailable_error' } },
    });
    await eventually('it is left alone', async () => (await post(gateway, '/cache/flushall')).status === 503);
    expect((await get(gateway, '/cache/redis/info')).status).toBe(503);
  });
});
