/** Settings that are read once at start: what a reload does with them. */
import { warningAt, type ConfigProblem } from './config-problem.js';
import type { GatewayConfig, GeneralSettings } from './gateway-config.js';
import type { TokenAuthSettings } from './token-auth-settings.js';

/** Each with its name in the file. */
export const startOnlySettings = {
  masterKey: 'master_key',
  databaseUrl: 'database_url',
  databaseConnectionPoolLimit: 'database_connection_pool_limit',
  databaseConnectionTimeoutMs: 'database_connection_timeout',
  storeModelInDb: 'store_model_in_db',
  maxRequestBytes: 'max_request_size_mb',
  clientCache: 'client_cache',
  journalDir: 'journal_dir',
  journalMaxBytes: 'journal_max_bytes',
  journalFsync: 'journal_fsync',
  batchWriteIntervalMs: 'proxy_batch_write_at',
  allowRequestsOnDbUnavailable: 'allow_requests_on_db_unavailable',
  staleKeyMaxMs: 'stale_key_max_seconds',
  keyHeaderName: 'litellm_key_header_name',
  usesForwardedFor: 'use_x_forwarded_for',
  trustedProxies: 'trusted_proxy_ranges',
  keyCacheTtlMs: 'user_api_key_cache_ttl',
  keyCacheMaxSize: 'user_api_key_cache_max_size',
  spendWriterMaxRowsPerSecond: 'spend_writer_max_rows_per_second',
  writesSpendRows: 'disable_spend_logs',
  clickHouse: 'spend_logs_clickhouse',
} as const satisfies Partial<Record<keyof GeneralSettings, string>>;

/** Read at start too, and kept as a whole. */
export const startOnlyTokenAuth = ['custom_auth', 'enable_jwt_auth', 'enable_oauth2_auth', 'litellm_jwtauth'] as const;

const names = Object.keys(startOnlySettings) as (keyof typeof startOnlySettings)[];

/** `next` with these settings as they run in `current`, and one warning for each that the file has changed. */
export function keepStartOnlySettings(
  current: GatewayConfig,
  next: GatewayConfig,
): { config: GatewayConfig; warnings: readonly ConfigProblem[] } {
  const kept = Object.fromEntries(names.map((name) => [name, current.general[name]]));
  const changed = names
    .filter((name) => differ(current.general[name], next.general[name]))
    .map((name) => `general_settings.${startOnlySettings[name]}`);
  if (differ(current.redis, next.redis)) changed.push('router_settings.redis_*');
  if (differ(current.cache.store, next.cache.store)) changed.push('litellm_settings.cache_params');
  if (differ(shown(current.tokenAuth), shown(next.tokenAuth))) changed.push('general_settings.litellm_jwtauth');
  const warnings = changed.map((path) =>
    warningAt(
      { file: next.files[0] ?? '', line: 0, path },
      'changed: restart the gateway to use it. The old value stays until then.',
    ),
  );
  return {
    config: {
      ...next,
      general: { ...next.general, ...kept },
      redis: current.redis,
      cache: { ...next.cache, store: current.cache.store },
      tokenAuth: current.tokenAuth,
    },
    warnings,
  };
}

function differ(current: unknown, next: unknown): boolean {
  return JSON.stringify(current) !== JSON.stringify(next);
}

/** Maps as lists, which JSON has. */
function shown({ jwt, ...rest }: TokenAuthSettings): object {
  return { ...rest, jwt: jwt && { ...jwt, roleMappings: [...jwt.roleMappings] } };
}
