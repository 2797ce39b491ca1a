/** The response cache: where answers are kept, from the file and the environment, and the rules by which they are. */
import { errorAt, warningAt, type ConfigProblem, type Origin } from './config-problem.js';
import type { Environment } from './environment-references.js';
import { originOf, type LocatedMap } from './located.js';
import type { RedisSettings } from './redis-settings.js';
import type { WireCacheParams } from './schema/cache.schema.js';
import { toMs } from './schema/fields.js';
import { decodedPart, type RedisAddress, type RedisLogin, type RedisNode } from './redis-address.js';

export interface CacheSettings {
  /** Undefined where there is no cache. Read at start. */
  readonly store: CacheStoreSettings | undefined;
  readonly policy: CachePolicy;
}

export interface CacheRedis extends RedisLogin {
  readonly kind: 'redis';
  readonly address: RedisAddress;
}

export interface CacheBucket {
  readonly kind: 's3';
  readonly bucket: string;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly keys: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string | undefined;
  };
  readonly path: string;
}

export interface CacheFolder {
  readonly kind: 'disk';
  readonly folder: string;
  readonly maxBytes: number;
}

export interface SemanticSettings {
  readonly embeddingModel: string;
  readonly maxVectors: number;
  /** Undefined where vectors are held in memory. */
  readonly qdrant:
    { readonly url: string; readonly apiKey: string | undefined; readonly collection: string } | undefined;
}

export interface CacheStoreSettings {
  readonly type: string;
  /** Behind the memory; undefined where there is nothing behind it. */
  readonly backing: CacheRedis | CacheBucket | CacheFolder | undefined;
  readonly semantic: SemanticSettings | undefined;
  readonly namespace: string;
  readonly memoryBytes: number;
  /** How long an answer is at most kept in memory where something is behind it. */
  readonly memoryMs: number;
  readonly entryBytes: number;
  readonly deadlineMs: number;
}

export interface CachePolicy {
  readonly isDefaultOn: boolean;
  readonly ttlMs: number;
  /** LiteLLM's names; undefined for all. */
  readonly callTypes: readonly string[] | undefined;
  readonly scope: 'team' | 'key' | 'user' | 'shared';
  readonly keepsCustomersApart: boolean;
  readonly singleFlight: boolean;
  readonly similarityThreshold: number;
  readonly embeddingTimeoutMs: number;
}

interface WireCache {
  readonly cache: boolean;
  readonly cache_params: WireCacheParams;
}

const defaultTtlSeconds = 3_600;
const defaultFrontSeconds = 60;
const defaultPort = 6_379;
const bytesPerMb = 1_048_576;
const semanticTypes: readonly string[] = ['local-semantic', 'redis-semantic', 'valkey-semantic', 'qdrant-semantic'];

/** @param redis the one over which processes share what they know */
export function toCacheSettings(
  { cache, cache_params: params }: WireCache,
  redis: RedisSettings | undefined,
  environment: Environment,
): CacheSettings {
  return { store: cache ? toStore(params, redis, environment) : undefined, policy: toPolicy(params) };
}

function toPolicy(params: WireCacheParams): CachePolicy {
  const { type, ttl, default_in_memory_ttl: inMemory, default_in_redis_ttl: inRedis } = params;
  const own = type?.startsWith('redis')
    ? inRedis
    : type === undefined || type.startsWith('local')
      ? inMemory
      : undefined;
  return {
    isDefaultOn: params.mode === 'default_on',
    ttlMs: toMs(own ?? ttl ?? defaultTtlSeconds),
    callTypes: params.supported_call_types,
    scope: params.cache_scope,
    keepsCustomersApart: params.semantic_cache_scope === 'end_user',
    singleFlight: params.single_flight,
    similarityThreshold: params.similarity_threshold ?? 1,
    embeddingTimeoutMs: toMs(params.semantic_cache_embedding_timeout),
  };
}

function toStore(
  params: WireCacheParams,
  redis: RedisSettings | undefined,
  environment: Environment,
): CacheStoreSettings {
  const type = typeOf(params);
  return {
    type,
    backing: backingOf(type, params, redis, environment),
    semantic: semanticOf(type, params),
    namespace: params.namespace,
    memoryBytes: Math.round(params.max_memory_mb * bytesPerMb),
    memoryMs: toMs(params.default_in_memory_ttl ?? defaultFrontSeconds),
    entryBytes: Math.round(params.max_entry_mb * bytesPerMb),
    deadlineMs: toMs(params.socket_timeout),
  };
}

function typeOf(params: WireCacheParams): string {
  return params.type ?? (namesRedis(params) ? 'redis' : 'local');
}

function namesRedis({ url, host, redis_startup_nodes: nodes, sentinel_nodes: sentinels }: WireCacheParams): boolean {
  return [url, host, nodes, sentinels].some((given) => given !== undefined);
}

function backingOf(
  type: string,
  params: WireCacheParams,
  redis: RedisSettings | undefined,
  environment: Environment,
): CacheStoreSettings['backing'] {
  if (type === 'redis' || type === 'redis-semantic' || type === 'valkey-semantic')
    return redisOf(params, redis, environment);
  if (type === 's3') return bucketOf(params, environment);
  if (type === 'disk') return folderOf(params);
  if (type === 'qdrant-semantic' || type === 'local-semantic') {
    // Vectors are one thing, answers another: those are kept wherever an address is given.
    if (namesRedis(params)) return redisOf(params, redis, environment);
    if (params.s3_bucket_name !== undefined) return bucketOf(params, environment);
    if (params.disk_cache_dir !== undefined) return folderOf(params);
  }
  return undefined;
}

function redisOf(
  params: WireCacheParams,
  shared: RedisSettings | undefined,
  environment: Environment,
): CacheRedis | undefined {
  const url = params.url === undefined ? null : URL.parse(params.url);
  const address = addressOf(params, url, shared, environment);
  if (address === undefined) return undefined;
  // The login of another Redis is none for this one.
  const base = namesRedis(params) ? undefined : shared;
  return {
    kind: 'redis',
    address,
    username: decodedPart(url?.username) ?? params.username ?? base?.username,
    password: decodedPart(url?.password) ?? params.password ?? base?.password ?? environment['REDIS_PASSWORD'],
    database: (url && numberOf(url.pathname.slice(1))) ?? params.db ?? base?.database ?? 0,
    tls: url ? url.protocol === 'rediss:' : (params.ssl ?? base?.tls ?? false),
  };
}

function addressOf(
  params: WireCacheParams,
  url: URL | null,
  shared: RedisSettings | undefined,
  environment: Environment,
): RedisAddress | undefined {
  if (params.redis_startup_nodes) return { kind: 'cluster', nodes: params.redis_startup_nodes };
  const { sentinel_nodes: sentinels, service_name: service, host, port = defaultPort } = params;
  if (sentinels)
    return service === undefined
      ? undefined
      : { kind: 'sentinel', sentinels, service, sentinelPassword: params.sentinel_password };
  if (url)
    return {
      kind: 'single',
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: numberOf(url.port) ?? defaultPort,
    };
  if (host !== undefined) return { kind: 'single', host, port };
  return addressIn(environment) ?? (shared && { kind: 'single', host: shared.host, port: shared.port });
}

/** LiteLLM's variables for what is not one server. */
function addressIn(environment: Environment): RedisAddress | undefined {
  const nodes = nodesIn(environment['REDIS_CLUSTER_NODES']);
  if (nodes) return { kind: 'cluster', nodes };
  const [sentinels, service] = [nodesIn(environment['REDIS_SENTINEL_NODES']), environment['REDIS_SERVICE_NAME']];
  if (!sentinels || !service) return undefined;
  return { kind: 'sentinel', sentinels, service, sentinelPassword: environment['REDIS_SENTINEL_PASSWORD'] };
}

function bucketOf(params: WireCacheParams, environment: Environment): CacheBucket | undefined {
  const accessKeyId = params.s3_aws_access_key_id ?? environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = params.s3_aws_secret_access_key ?? environment['AWS_SECRET_ACCESS_KEY'];
  if (params.s3_bucket_name === undefined || !accessKeyId || !secretAccessKey) return undefined;
  const written = params.s3_aws_access_key_id !== undefined;
  return {
    kind: 's3',
    bucket: params.s3_bucket_name,
    region: params.s3_region_name ?? environment['AWS_REGION'] ?? 'us-east-1',
    endpoint: params.s3_endpoint_url === undefined ? undefined : new URL(params.s3_endpoint_url).origin,
    keys: {
      accessKeyId,
      secretAccessKey,
      // Parts of two identities make none.
      sessionToken: written ? params.s3_aws_session_token : environment['AWS_SESSION_TOKEN'],
    },
    path: params.s3_path ?? params.namespace.replaceAll(':', '.'),
  };
}

function folderOf(params: WireCacheParams): CacheFolder {
  return {
    kind: 'disk',
    folder: params.disk_cache_dir ?? '.tollgate/cache',
    maxBytes: Math.round(params.disk_max_mb * bytesPerMb),
  };
}

function semanticOf(type: string, params: WireCacheParams): SemanticSettings | undefined {
  const embeddingModel = embeddingModelOf(type, params);
  if (!semanticTypes.includes(type) || embeddingModel === undefined) return undefined;
  const { qdrant_api_base: url, qdrant_api_key: apiKey, qdrant_collection_name: collection } = params;
  const isQdrant = type === 'qdrant-semantic' && url !== undefined && collection !== undefined;
  return {
    embeddingModel,
    maxVectors: params.semantic_cache_max_vectors,
    qdrant: isQdrant ? { url: url.replace(/\/+$/, ''), apiKey, collection } : undefined,
  };
}

function embeddingModelOf(type: string, params: WireCacheParams): string | undefined {
  const own = {
    'redis-semantic': params.redis_semantic_cache_embedding_model,
    'valkey-semantic': params.valkey_semantic_cache_embedding_model,
    'qdrant-semantic': params.qdrant_semantic_cache_embedding_model,
  }[type];
  return own ?? params.semantic_cache_embedding_model;
}

/** What has to be there for the type, and what has a use. @param models names that `model_list` serves */
export function checkCache(
  root: LocatedMap,
  wire: WireCache,
  settings: CacheSettings,
  models: readonly string[],
  problems: ConfigProblem[],
): void {
  const { cache, cache_params: params } = wire;
  const at = (...path: readonly string[]): Origin => originOf(root, ['litellm_settings', 'cache_params', ...path]);
  const section = root.entries.get('litellm_settings');
  const isWritten = section?.kind === 'map' && section.entries.has('cache_params');
  if (!cache) {
    if (isWritten) problems.push(warningAt(at(), 'has no effect without `cache: true` beside it. Add that line.'));
    return;
  }
  for (const [path, message] of faultsOf(typeOf(params), params, settings.store, models))
    problems.push(errorAt(at(path), message));
  for (const name of params.supported_call_types ?? []) {
    if (!callTypes.has(name.replace(/^a?/, 'a')) && !callTypes.has(name))
      problems.push(
        errorAt(at('supported_call_types'), `\`${name}\` is not kept. Use some of ${[...callTypes].join(', ')}.`),
      );
  }
}

type Fault = readonly [member: string, message: string];

function faultsOf(
  type: string,
  params: WireCacheParams,
  store: CacheStoreSettings | undefined,
  models: readonly string[],
): readonly Fault[] {
  const faults: Fault[] = [];
  if (/^(redis|valkey)/.test(type) && store?.backing === undefined)
    faults.push(['host', 'the type needs a Redis: write `host`, `url`, `redis_startup_nodes` or `sentinel_nodes`.']);
  if (params.sentinel_nodes && params.service_name === undefined)
    faults.push(['service_name', 'is missing: write the name by which the sentinels know the primary.']);
  if (type === 's3' && params.s3_bucket_name === undefined)
    faults.push(['s3_bucket_name', 'is missing: write the name of the bucket.']);
  else if (type === 's3' && store?.backing === undefined)
    faults.push([
      's3_aws_access_key_id',
      'there are no keys: write `s3_aws_access_key_id` and `s3_aws_secret_access_key`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    ]);
  return semanticTypes.includes(type) ? [...faults, ...semanticFaults(type, params, models)] : faults;
}

function semanticFaults(type: string, params: WireCacheParams, models: readonly string[]): readonly Fault[] {
  const faults: Fault[] = [];
  const name =
    type === 'local-semantic' ? 'semantic_cache_embedding_model' : `${type.replace('-', '_')}_cache_embedding_model`;
  const model = embeddingModelOf(type, params);
  if (model === undefined) faults.push([name, 'is missing: name a model of `model_list` that makes embeddings.']);
  else if (!models.includes(model) && !models.some((each) => each.includes('*')))
    faults.push([name, `there is no model \`${model}\` in \`model_list\`. Add it there, or name another one.`]);
  if (params.similarity_threshold === undefined)
    faults.push(['similarity_threshold', 'is missing: write for example `similarity_threshold: 0.9`.']);
  if (type === 'qdrant-semantic') {
    if (params.qdrant_api_base === undefined)
      faults.push(['qdrant_api_base', 'is missing: write for example `qdrant_api_base: http://qdrant.internal:6333`.']);
    if (params.qdrant_collection_name === undefined)
      faults.push(['qdrant_collection_name', 'is missing: write the name of the collection.']);
  }
  return faults;
}

/** LiteLLM's names of what can be kept; those of its synchronous calls mean the same. */
export const callTypes: ReadonlySet<string> = new Set([
  ...['acompletion', 'atext_completion', 'aresponses', 'anthropic_messages', 'agenerate_content'],
  ...['aembedding', 'arerank', 'atranscription'],
]);

/** `[{"host": "a", "port": 7001}]`, or pairs as sentinels are written. */
function nodesIn(text: string | undefined): readonly RedisNode[] | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const nodes = (JSON.parse(text) as unknown[]).map((node) => {
      const { host, port } = (Array.isArray(node) ? { host: node[0], port: node[1] } : node) as Record<string, unknown>;
      return { host: String(host), port: Number(port) };
    });
    return nodes.length > 0 && nodes.every(({ port }) => Number.isInteger(port)) ? nodes : undefined;
  } catch {
    // As if it were not there: the missing address is reported.
    return undefined;
  }
}

function numberOf(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
