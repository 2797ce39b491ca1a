/** The schema of the response cache: `litellm_settings.cache` and `cache_params`, by LiteLLM's names. */
import { z } from 'zod';
import { choice, described, flag, positive, text, textList, wholeNumber } from './fields.js';

export const cacheTypes = [
  'local',
  'redis',
  'disk',
  's3',
  'local-semantic',
  'redis-semantic',
  'valkey-semantic',
  'qdrant-semantic',
] as const;

export const cacheScopes = ['team', 'key', 'user', 'shared'] as const;

const highestPort = 65_535;
const port = (): z.ZodType<number> =>
  wholeNumber(1).refine((given) => given <= highestPort, `expected a port up to ${highestPort}`);

const namedNode = z.looseObject({ host: text(), port: port() });
/** LiteLLM has sentinels as pairs, and nodes of a cluster as maps. */
const node = z.union([namedNode, z.tuple([text(), port()]).transform(([host, at]) => ({ host, port: at }))], {
  error: 'expected `{host: ..., port: ...}`',
});

const httpOrigin = text().refine(
  (url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ''),
  'expected an http or https URL',
);
const fraction = z.preprocess(
  (value) => (typeof value === 'string' && /^\d*\.?\d+$/.test(value) ? Number(value) : value),
  z.number().gt(0).max(1),
);

const note = <Schema extends z.ZodType>(schema: Schema, description: string, example: unknown): Schema =>
  described(schema, { description, example });
const atStart = <Schema extends z.ZodType>(schema: Schema, description: string, example: unknown): Schema =>
  described(schema, { description, example, startOnly: true });

const policy = {
  mode: note(
    choice(['default_on', 'default_off']).default('default_on'),
    'With `default_off` only requests with `cache: {use-cache: true}` are answered from the cache.',
    'default_off',
  ),
  ttl: note(positive().optional(), 'Seconds that an answer is kept; without it 3,600.', 600),
  supported_call_types: note(
    textList().optional(),
    'What is kept, by LiteLLM’s names: `acompletion`, `atext_completion`, `aresponses`, `anthropic_messages`, `agenerate_content`, `aembedding`, `arerank`, `atranscription`. Without it all of them.',
    ['acompletion', 'aembedding'],
  ),
  cache_scope: note(
    choice(cacheScopes).default('team'),
    'Who gets each other’s answers: a `team` (keys without a team by their user, then each by itself), each `user`, each `key`, or everybody (`shared`).',
    'key',
  ),
  semantic_cache_scope: note(
    choice(['key', 'end_user']).default('key'),
    'With `end_user` each customer (`user` of a request) has answers of its own too. LiteLLM’s `key` stands for `cache_scope`.',
    'end_user',
  ),
  single_flight: note(
    flag().default(false),
    'Requests that are the same at the same time wait for one call of a model and share its answer.',
    true,
  ),
  similarity_threshold: note(
    fraction.optional(),
    'For the semantic types: how alike two prompts are at least, as the cosine of their vectors.',
    0.9,
  ),
  semantic_cache_embedding_timeout: note(
    positive().default(5),
    'Seconds that a prompt’s vector may take; then the request does without.',
    2,
  ),
};

const places = {
  type: atStart(
    choice(cacheTypes).optional(),
    'Where answers are kept: `local` (memory), `redis`, `disk`, `s3`; the semantic types find answers to similar prompts too. Without it `redis` where an address is given, else `local`.',
    'redis',
  ),
  namespace: atStart(
    text()
      .refine((name) => /^[\w.:-]+$/.test(name), 'expected letters, digits and `_ . : -`')
      .default('tollgate-cache'),
    'What all names in the store begin with. Gateways share answers if they have the same one.',
    'team-a.cache',
  ),
  max_memory_mb: atStart(positive().default(64), 'Megabytes of answers in each process’s memory.', 256),
  max_entry_mb: atStart(positive().default(4), 'Megabytes of one answer; longer ones are not kept.', 1),
  default_in_memory_ttl: atStart(
    positive().optional(),
    'Seconds that an answer is kept in memory: of the type `local` in place of `ttl`, else in front of the store, where it is 60.',
    30,
  ),
  default_in_redis_ttl: atStart(positive().optional(), 'Seconds, in place of `ttl`, for the Redis types.', 3600),
  socket_timeout: atStart(
    positive().default(0.25),
    'Seconds that a request waits for the store at most. A store that does not answer is not asked again until it does.',
    0.5,
  ),
};

const redis = {
  url: atStart(
    text()
      .refine((url) => /^rediss?:$/.test(URL.parse(url)?.protocol ?? ''), 'expected `redis://...` or `rediss://...`')
      .optional(),
    'The Redis for answers. Without it `host`, then the Redis of `router_settings` and of the environment.',
    'redis://:password@redis.internal:6379/1',
  ),
  host: atStart(text().optional(), 'In place of `url`.', 'redis.internal'),
  port: atStart(port().optional(), 'Without it 6379.', 6379),
  username: atStart(text().optional(), 'Of Redis.', 'gateway'),
  password: atStart(text().optional(), 'Of Redis.', 'os.environ/REDIS_PASSWORD'),
  db: atStart(wholeNumber().optional(), 'The number of the database.', 1),
  ssl: atStart(flag().optional(), 'Whether to speak TLS.', true),
  redis_startup_nodes: atStart(
    z.array(node).min(1).optional(),
    'A cluster, by some of its servers. Without it the environment’s `REDIS_CLUSTER_NODES`.',
    [{ host: '10.0.0.1', port: 7001 }],
  ),
  service_name: atStart(text().optional(), 'With `sentinel_nodes`: the name of the primary.', 'mymaster'),
  sentinel_nodes: atStart(
    z.array(node).min(1).optional(),
    'The sentinels that know the primary. Without them the environment’s `REDIS_SENTINEL_NODES` and `REDIS_SERVICE_NAME`.',
    [['10.0.0.1', 26379]],
  ),
  sentinel_password: atStart(text().optional(), 'Of the sentinels.', 'os.environ/SENTINEL_PASSWORD'),
};

const objects = {
  s3_bucket_name: atStart(
    text()
      .refine((name) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name), 'expected the name of a bucket')
      .optional(),
    'The bucket, for the type `s3`.',
    'gateway-answers',
  ),
  s3_region_name: atStart(
    text()
      .refine((name) => /^[a-z0-9-]+$/.test(name), 'expected the name of a region')
      .optional(),
    'Its region. Without it the environment’s `AWS_REGION`, then `us-east-1`.',
    'eu-central-1',
  ),
  s3_endpoint_url: atStart(
    httpOrigin.optional(),
    'Another store that speaks S3’s protocol: MinIO, R2, Google Cloud Storage.',
    'https://minio.internal:9000',
  ),
  s3_aws_access_key_id: atStart(text().optional(), 'Without it `AWS_ACCESS_KEY_ID`.', 'os.environ/S3_KEY_ID'),
  s3_aws_secret_access_key: atStart(text().optional(), 'Without it `AWS_SECRET_ACCESS_KEY`.', 'os.environ/S3_SECRET'),
  s3_aws_session_token: atStart(text().optional(), 'Without it `AWS_SESSION_TOKEN`.', 'os.environ/S3_TOKEN'),
  s3_path: atStart(
    text()
      .refine((path) => /^[\w.-]+(\/[\w.-]+)*$/.test(path), 'expected a path of letters, digits and `_ . - /`')
      .optional(),
    'What the names of all objects begin with; without it the namespace.',
    'answers/production',
  ),
  disk_cache_dir: atStart(
    text().optional(),
    'The folder, for the type `disk`: of its own. Without it `.tollgate/cache`.',
    '/var/lib/tollgate/cache',
  ),
  disk_max_mb: atStart(positive().default(1024), 'Megabytes of that folder.', 4096),
};

const semantic = {
  semantic_cache_embedding_model: atStart(
    text().optional(),
    'For the semantic types: the model of `model_list` that makes vectors of prompts.',
    'text-embedding-3-small',
  ),
  redis_semantic_cache_embedding_model: atStart(
    text().optional(),
    'LiteLLM’s name of it for `redis-semantic`.',
    'text-embedding-3-small',
  ),
  valkey_semantic_cache_embedding_model: atStart(
    text().optional(),
    'LiteLLM’s name of it for `valkey-semantic`.',
    'text-embedding-3-small',
  ),
  qdrant_semantic_cache_embedding_model: atStart(
    text().optional(),
    'LiteLLM’s name of it for `qdrant-semantic`.',
    'text-embedding-3-small',
  ),
  semantic_cache_max_vectors: atStart(
    wholeNumber(1).default(5_000),
    'Prompts whose vectors are held in each process’s memory; not for `qdrant-semantic`.',
    20_000,
  ),
  qdrant_api_base: atStart(httpOrigin.optional(), 'Where Qdrant is.', 'http://qdrant.internal:6333'),
  qdrant_api_key: atStart(text().optional(), 'Of Qdrant.', 'os.environ/QDRANT_API_KEY'),
  qdrant_collection_name: atStart(
    text()
      .refine((name) => /^[\w.-]{1,255}$/.test(name), 'expected letters, digits and `_ . -`')
      .optional(),
    'The collection, made where there is none.',
    'gateway-prompts',
  ),
};

export const cacheParamsSchema = z.looseObject({ ...places, ...policy, ...redis, ...objects, ...semantic });

/** Members of LiteLLM's that have no effect here. */
export const unservedCacheParams = [
  ...['max_connections', 'redis_flush_size', 's3_api_version', 's3_use_ssl', 's3_verify', 's3_config'],
  ...['redis_semantic_cache_index_name', 'valkey_semantic_cache_index_name', 'qdrant_quantization_config'],
  ...['qdrant_semantic_cache_vector_size', 'semantic_cache_embedding_max_input_tokens', 'gcs_bucket_name', 'gcs_path'],
  ...[
    'gcs_path_service_account',
    'azure_account_url',
    'azure_blob_container',
    'gcp_service_account',
    'gcp_ssl_ca_certs',
  ],
];

/** Members of `litellm_settings`. */
export const cacheSettings = {
  cache: described(flag().default(false), {
    description: 'Answers are kept and given again to the same requests; docs/caching.md.',
    example: true,
    startOnly: true,
  }),
  cache_params: described(cacheParamsSchema.prefault({}), {
    description: 'Where answers are kept, for whom and how long. Has no effect without `cache: true`.',
    example: { type: 'redis', host: 'redis.internal', ttl: 600 },
  }),
} as const;

export type WireCacheParams = z.output<typeof cacheParamsSchema>;
