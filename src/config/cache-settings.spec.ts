/** What the cache is made of, from the file and the environment, and what a mistake is told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CacheSettings } from './cache-settings.js';
import { describeProblems } from './config-problem.js';
import { whyFileOnly } from './file-only-settings.js';
import type { GatewayConfig } from './gateway-config.js';
import { checkConfig, loadConfig } from './load-config.js';
import { SettingsService } from './settings.service.js';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-cache-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Given {
  readonly litellm?: object;
  readonly router?: object;
  readonly environment?: Record<string, string>;
}

const models = [{ model_name: 'vectors', litellm_params: { model: 'openai/text-embedding-3-small', api_key: 'k' } }];

function write({ litellm = {}, router = {} }: Given): string {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, JSON.stringify({ model_list: models, litellm_settings: litellm, router_settings: router }));
  return path;
}

const variables = (more: Record<string, string> = {}): Record<string, string> => ({
  TOLLGATE_MASTER_KEY: 'sk-0f9a7c3e5b1d48628e4c6a2d7b9f1e3c',
  ...more,
});
const load = (given: Given): GatewayConfig => loadConfig(write(given), variables(given.environment));
const cacheOf = (params: object, more: Given = {}): CacheSettings =>
  load({ ...more, litellm: { cache: true, cache_params: params } }).cache;
const problems = (litellm: object, environment: Record<string, string> = {}): string =>
  describeProblems(checkConfig(write({ litellm }), variables(environment)));

it('is off by default, and in memory where it is only switched on', () => {
  expect(load({}).cache.store).toBeUndefined();
  const { store, policy } = load({ litellm: { cache: true } }).cache;
  expect(store).toMatchObject({ type: 'local', backing: undefined, semantic: undefined, memoryBytes: 67_108_864 });
  expect(policy).toMatchObject({ isDefaultOn: true, ttlMs: 3_600_000, scope: 'team', singleFlight: false });
  expect(policy.callTypes).toBeUndefined();
});

it.each<[string, object, Given, object]>([
  [
    'a host',
    { type: 'redis', host: 'r', port: '6380', password: 'p' },
    {},
    { kind: 'redis', address: { kind: 'single', host: 'r', port: 6380 }, password: 'p', database: 0, tls: false },
  ],
  [
    'a host alone means Redis',
    { host: 'r' },
    {},
    { kind: 'redis', address: { kind: 'single', host: 'r', port: 6379 } },
  ],
  [
    'a URL',
    { url: 'rediss://u:p%20w@[::1]:7000/2' },
    {},
    { address: { kind: 'single', host: '::1', port: 7000 }, username: 'u', password: 'p w', database: 2, tls: true },
  ],
  [
    'a cluster',
    { redis_startup_nodes: [{ host: 'a', port: '7001' }] },
    {},
    { address: { kind: 'cluster', nodes: [{ host: 'a', port: 7001 }] } },
  ],
  [
    'sentinels as LiteLLM writes them',
    { sentinel_nodes: [['s', 26379]], service_name: 'm', sentinel_password: 'sp' },
    {},
    { address: { kind: 'sentinel', sentinels: [{ host: 's', port: 26379 }], service: 'm', sentinelPassword: 'sp' } },
  ],
  [
    'the Redis that processes share',
    { type: 'redis' },
    { router: { redis_host: 'shared', redis_password: 'rp', redis_db: 3 } },
    { address: { kind: 'single', host: 'shared' }, password: 'rp', database: 3 },
  ],
  [
    'the environment',
    { type: 'redis' },
    { environment: { REDIS_HOST: 'env', REDIS_PASSWORD: 'ep' } },
    { address: { host: 'env' }, password: 'ep' },
  ],
  [
    'a cluster of the environment',
    { type: 'redis' },
    { environment: { REDIS_CLUSTER_NODES: '[{"host": "c", "port": "7000"}]' } },
    { address: { kind: 'cluster', nodes: [{ host: 'c', port: 7000 }] } },
  ],
  [
    'sentinels of the environment',
    { type: 'redis' },
    { environment: { REDIS_SENTINEL_NODES: '[["s", 26379]]', REDIS_SERVICE_NAME: 'm' } },
    { address: { kind: 'sentinel', sentinels: [{ host: 's', port: 26379 }], service: 'm' } },
  ],
  [
    'the file before the environment',
    { host: 'r' },
    { environment: { REDIS_CLUSTER_NODES: '[{"host": "c", "port": 7000}]' } },
    { address: { kind: 'single', host: 'r' } },
  ],
  [
    'another host does not get the shared one’s login',
    { host: 'r' },
    { router: { redis_host: 'shared', redis_username: 'u' } },
    { username: undefined },
  ],
  [
    'a folder',
    { type: 'disk', disk_cache_dir: '/x', disk_max_mb: 2 },
    {},
    { kind: 'disk', folder: '/x', maxBytes: 2_097_152 },
  ],
  [
    'a bucket',
    {
      type: 's3',
      s3_bucket_name: 'bucket',
      s3_region_name: 'eu-west-1',
      s3_aws_access_key_id: 'i',
      s3_aws_secret_access_key: 's',
    },
    {},
    {
      kind: 's3',
      bucket: 'bucket',
      region: 'eu-west-1',
      endpoint: undefined,
      keys: { accessKeyId: 'i', secretAccessKey: 's' },
      path: 'tollgate-cache',
    },
  ],
  [
    'another store, with keys of the environment',
    { type: 's3', s3_bucket_name: 'bucket', s3_endpoint_url: 'http://minio:9000/', s3_path: 'a/b' },
    { environment: { AWS_ACCESS_KEY_ID: 'i', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 't' } },
    { endpoint: 'http://minio:9000', keys: { sessionToken: 't' }, path: 'a/b' },
  ],
])('%s', (_what, params, more, expected) => {
  expect(cacheOf(params, more).store?.backing).toMatchObject(expected);
});

it('reads the rules, by LiteLLM’s names', () => {
  const { store, policy } = cacheOf({
    ...{ type: 'redis', host: 'r', mode: 'default_off', ttl: 60, default_in_redis_ttl: 120, default_in_memory_ttl: 5 },
    ...{
      supported_call_types: ['acompletion', 'embedding'],
      namespace: 'a.b',
      cache_scope: 'key',
      single_flight: true,
    },
    ...{ semantic_cache_scope: 'end_user', max_entry_mb: 1, socket_timeout: 0.5 },
  });
  expect(policy).toMatchObject({ isDefaultOn: false, ttlMs: 120_000, callTypes: ['acompletion', 'embedding'] });
  expect(policy).toMatchObject({ scope: 'key', singleFlight: true, keepsCustomersApart: true });
  expect(store).toMatchObject({ namespace: 'a.b', memoryMs: 5_000, entryBytes: 1_048_576, deadlineMs: 500 });
});

it.each<[string, object, object]>([
  [
    'in memory',
    { type: 'local-semantic', semantic_cache_embedding_model: 'vectors' },
    { embeddingModel: 'vectors', qdrant: undefined },
  ],
  [
    'with Redis',
    { type: 'redis-semantic', host: 'r', redis_semantic_cache_embedding_model: 'vectors' },
    { embeddingModel: 'vectors' },
  ],
  [
    'with Qdrant',
    {
      type: 'qdrant-semantic',
      qdrant_api_base: 'http://q:6333/',
      qdrant_collection_name: 'c',
      qdrant_api_key: 'k',
      qdrant_semantic_cache_embedding_model: 'vectors',
    },
    { qdrant: { url: 'http://q:6333', apiKey: 'k', collection: 'c' } },
  ],
])('finds similar prompts %s', (_what, params, expected) => {
  const { store, policy } = cacheOf({ ...params, similarity_threshold: 0.8 });
  expect(store?.semantic).toMatchObject(expected);
  expect(policy.similarityThreshold).toBe(0.8);
});

const on = (params: object): object => ({ cache: true, cache_params: params });

it.each<[string, object, string]>([
  [
    'a type that is not served',
    on({ type: 'gcs' }),
    'litellm_settings.cache_params.type: expected one of `local`, `redis`',
  ],
  ['Redis without a place', on({ type: 'redis' }), 'litellm_settings.cache_params.host: the type needs a Redis'],
  ['sentinels without a name', on({ sentinel_nodes: [['s', 1]] }), 'cache_params.service_name: is missing'],
  ['S3 without a bucket', on({ type: 's3' }), 'cache_params.s3_bucket_name: is missing'],
  [
    'S3 without keys',
    on({ type: 's3', s3_bucket_name: 'abc' }),
    'cache_params.s3_aws_access_key_id: there are no keys',
  ],
  ['a bucket that is none', on({ type: 's3', s3_bucket_name: 'A/../b' }), 'expected the name of a bucket'],
  ['a path with tricks', on({ type: 's3', s3_path: 'a?b' }), 'cache_params.s3_path: expected a path'],
  [
    'no model for vectors',
    on({ type: 'local-semantic', similarity_threshold: 0.8 }),
    'cache_params.semantic_cache_embedding_model: is missing',
  ],
  [
    'a model that is not there',
    on({ type: 'redis-semantic', host: 'r', similarity_threshold: 0.8, redis_semantic_cache_embedding_model: 'other' }),
    'cache_params.redis_semantic_cache_embedding_model: there is no model `other`',
  ],
  [
    'no threshold',
    on({ type: 'local-semantic', semantic_cache_embedding_model: 'vectors' }),
    'cache_params.similarity_threshold: is missing',
  ],
  ['a threshold past 1', on({ similarity_threshold: 1.5 }), 'cache_params.similarity_threshold'],
  [
    'Qdrant without a place',
    on({ type: 'qdrant-semantic', similarity_threshold: 0.8, semantic_cache_embedding_model: 'vectors' }),
    'cache_params.qdrant_api_base: is missing',
  ],
  [
    'a call that is not kept',
    on({ supported_call_types: ['aimage_generation'] }),
    'cache_params.supported_call_types: `aimage_generation` is not kept',
  ],
  ['a mode that does not exist', on({ mode: 'always' }), 'cache_params.mode: expected one of `default_on`'],
  ['a slip of the pen', on({ similarity_treshold: 0.8 }), 'Did you mean `similarity_threshold`'],
  [
    'what LiteLLM has and nothing here follows',
    on({ redis_flush_size: 100 }),
    'redis_flush_size: warning: known to LiteLLM',
  ],
  ['settings of a cache that is off', { cache_params: { type: 'local' } }, 'has no effect without `cache: true`'],
])('says where and what to do: %s', (_what, litellm, message) => {
  expect(problems(litellm)).toContain(message);
});

it('repeats no password', () => {
  expect(problems(on({ host: 'r', password: 'hunter2', port: 'x' }))).not.toContain('hunter2');
});

it('takes other rules with a reload, and another place with a restart alone', () => {
  const settings = new SettingsService(load({ litellm: on({ type: 'local', ttl: 60 }) }));
  const warnings = settings.replace(load({ litellm: on({ type: 'disk', ttl: 120 }) }));
  expect(describeProblems(warnings)).toContain('litellm_settings.cache_params: warning: changed: restart');
  const { store, policy } = settings.current().cache;
  expect(store?.type).toBe('local');
  expect(policy.ttlMs).toBe(120_000);
});

it('is the operator’s own: the database changes nothing of it', () => {
  expect(whyFileOnly('litellm_settings', 'cache_params')).toContain('the operator');
  expect(whyFileOnly('litellm_settings', 'cache')).toContain('the operator');
});
