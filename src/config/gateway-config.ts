/** The configuration as the rooms read it: camelCase, units in the names, defaults filled in. */
import { toAccessSettings, toRequestRules, type AccessSettings, type RequestRules } from './access-settings.js';
import type { BudgetSettings } from './budget-settings.js';
import type { CacheSettings } from './cache-settings.js';
import type { ConfigProblem, Origin } from './config-problem.js';
import type { CustomProvider } from '../core/spec/custom-provider.js';
import type { PriceAdjustment } from '../core/spec/deployment.js';
import type { AlertingSettings } from './alerting-settings.js';
import type { CredentialEntry } from './credential-list.js';
import type { Environment } from './environment-references.js';
import type { GuardrailEntry } from './guardrail-entry.js';
import type { IdentitySettings } from './identity-settings.js';
import { parseCron, type Cron } from './cron.js';
import { toMs } from './schema/fields.js';
import { lifetimeMs } from './schema/spend-log.schema.js';
import type { RedisSettings } from './redis-settings.js';
import type { TokenAuthSettings } from './token-auth-settings.js';
import type { KeySettings } from './key-settings.js';
import type { PassThroughSetting } from './pass-through-settings.js';
import type { OverlaySetting, WrittenSections } from './settings-overlay.js';
import type { RouterSettings } from './router-settings.js';
import type { TeamSettings } from './team-settings.js';
import type { WireGeneralSettings, WireLitellmSettings } from './schema/settings.schema.js';
import type { ModelEntry } from './model-entry.js';

export interface GatewayConfig {
  readonly general: GeneralSettings;
  readonly router: RouterSettings;
  /** Undefined where there is none: each process is by itself. */
  readonly redis: RedisSettings | undefined;
  readonly requests: RequestPolicy;
  readonly cache: CacheSettings;
  readonly tokenAuth: TokenAuthSettings;
  readonly identity: IdentitySettings;
  readonly teams: TeamSettings;
  readonly keys: KeySettings;
  readonly budgets: BudgetSettings;
  readonly customProviders: readonly CustomProviderEntry[];
  /** `pass_through_endpoints` of the file. */
  readonly passThrough: readonly PassThroughSetting[];
  /** Active entries, in the order of the file. */
  readonly models: readonly ModelEntry[];
  /** `files_settings`: one entry for each provider's account, by the model pattern `openai/*`. */
  readonly fileServices: readonly ModelEntry[];
  /** `credential_list`: what entries name by `litellm_credential_name`. */
  readonly credentials: readonly CredentialEntry[];
  /** In the order of the file. */
  readonly guardrails: readonly GuardrailEntry[];
  /** The names of entries that are left out because an environment variable is not set. */
  readonly inactiveModels: readonly string[];
  /** The secrets under which stored credentials are encrypted: the first writes, all of them read. */
  readonly encryptionKeys: readonly string[];
  /** The process's variables with the file's put over them; holds secrets. */
  readonly environment: Environment;
  /** The settings as they were written, those of the database over the file's; holds secrets. */
  readonly written: WrittenSections;
  /** Those of them that come from the database. */
  readonly overlay: readonly OverlaySetting[];
  /** Absolute paths of the file and of all that it includes. */
  readonly files: readonly string[];
  /** Stands for the content of these files. */
  readonly fingerprint: string;
  readonly warnings: readonly ConfigProblem[];
}

/** A provider that the configuration brings itself, and where it stands. */
export interface CustomProviderEntry extends CustomProvider {
  readonly origin: Origin;
}

export interface GeneralSettings {
  readonly masterKey: string;
  /** `file:...` or `postgresql://...`. */
  readonly databaseUrl: string;
  readonly databaseConnectionPoolLimit: number;
  readonly databaseConnectionTimeoutMs: number;
  readonly storeModelInDb: boolean;
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  readonly maxFileBytes: number;
  readonly batchPollIntervalMs: number;
  readonly clientCache: { readonly maxSize: number; readonly ttlMs: number };
  readonly egress: { readonly allowedHosts: readonly string[]; readonly allowedCidrs: readonly string[] };
  /** As configured: relative to the working directory. */
  readonly journalDir: string;
  readonly journalMaxBytes: number;
  readonly journalFsync: 'none' | 'interval' | 'always';
  readonly defaultReserveOutputTokens: number;
  readonly batchWriteIntervalMs: number;
  readonly spendWriterMaxRowsPerSecond: number | undefined;
  readonly allowRequestsOnDbUnavailable: boolean;
  readonly staleKeyMaxMs: number;
  readonly keyCacheTtlMs: number;
  readonly keyCacheMaxSize: number;
  readonly storedResponsesRetentionMs: number;
  /** Lower case. */
  readonly keyHeaderName: string | undefined;
  readonly healthChecks: HealthCheckSettings;
  readonly failsClosedWithoutSharedRates: boolean;
  readonly alerting: AlertingSettings;
  readonly access: AccessSettings;
  readonly requestRules: RequestRules;
  /** Whether proxies are believed where the client is: those of `trustedProxies`, and nobody else. */
  readonly usesForwardedFor: boolean;
  /** Addresses and ranges. */
  readonly trustedProxies: readonly string[];
  readonly storesPrompts: boolean;
  readonly writesSpendRows: boolean;
  readonly spendRetention: SpendRetentionSettings;
  readonly clickHouse: ClickHouseSettings | undefined;
}

export interface SpendRetentionSettings {
  /** Undefined: rows are kept for ever. */
  readonly periodMs: number | undefined;
  readonly intervalMs: number;
  /** Goes before the interval. */
  readonly cron: Cron | undefined;
}

/** Where rows of the spend log are copied to. */
export interface ClickHouseSettings {
  readonly url: string;
  readonly database: string;
  readonly table: string;
  readonly user: string;
  readonly password: string | undefined;
  readonly batchRows: number;
}

export interface HealthCheckSettings {
  readonly inBackground: boolean;
  readonly intervalMs: number;
  readonly showsDetails: boolean;
  readonly mostAtOnce: number;
}

/** What holds for every deployment that says nothing else. */
export interface RequestPolicy {
  readonly dropParams: boolean;
  readonly modifyParams: boolean;
  /** Prompts and answers are kept nowhere. */
  readonly turnsOffMessageLogging: boolean;
  /** By provider; `margins` has `global` for all that are not named. Exact decimals. */
  readonly discounts: Readonly<Record<string, string>>;
  readonly margins: Readonly<Record<string, Pick<PriceAdjustment, 'margin' | 'perRequest'>>>;
}

export const defaultDatabaseUrl = 'file:./.tollgate/gateway.db';
const bytesPerMb = 1_048_576;
const msPerDay = 86_400_000;

/** What general settings come to, once the places that may give them have been asked. */
export interface ResolvedGeneral {
  readonly alerting: AlertingSettings;
  readonly masterKey: string;
  readonly databaseUrl: string;
  readonly storeModelInDb: boolean;
}

export function toGeneralSettings(wire: WireGeneralSettings, resolved: ResolvedGeneral): GeneralSettings {
  return {
    ...resolved,
    databaseConnectionPoolLimit: wire.database_connection_pool_limit,
    databaseConnectionTimeoutMs: toMs(wire.database_connection_timeout),
    maxRequestBytes: Math.floor(wire.max_request_size_mb * bytesPerMb),
    maxResponseBytes: Math.floor(wire.max_response_size_mb * bytesPerMb),
    maxFileBytes: Math.floor(wire.max_file_size_mb * bytesPerMb),
    batchPollIntervalMs: toMs(wire.proxy_batch_polling_interval),
    clientCache: { maxSize: wire.client_cache.max_size, ttlMs: toMs(wire.client_cache.ttl_seconds) },
    egress: { allowedHosts: wire.egress.allowed_hosts, allowedCidrs: wire.egress.allowed_cidrs },
    journalDir: wire.journal_dir,
    journalMaxBytes: wire.journal_max_bytes,
    journalFsync: wire.journal_fsync,
    defaultReserveOutputTokens: wire.default_reserve_output_tokens,
    batchWriteIntervalMs: toMs(wire.proxy_batch_write_at),
    spendWriterMaxRowsPerSecond: wire.spend_writer_max_rows_per_second,
    allowRequestsOnDbUnavailable: wire.allow_requests_on_db_unavailable,
    staleKeyMaxMs: toMs(wire.stale_key_max_seconds),
    keyCacheTtlMs: toMs(wire.user_api_key_cache_ttl),
    keyCacheMaxSize: wire.user_api_key_cache_max_size,
    storedResponsesRetentionMs: wire.stored_responses_retention_days * msPerDay,
    failsClosedWithoutSharedRates: wire.fail_closed_rate_limit_enforcement,
    keyHeaderName: wire.litellm_key_header_name?.toLowerCase(),
    healthChecks: {
      inBackground: wire.background_health_checks,
      intervalMs: toMs(wire.health_check_interval),
      showsDetails: wire.health_check_details,
      mostAtOnce: wire.health_check_concurrency,
    },
    access: toAccessSettings(wire),
    requestRules: toRequestRules(wire),
    usesForwardedFor: wire.use_x_forwarded_for,
    trustedProxies: wire.trusted_proxy_ranges,
    storesPrompts: wire.store_prompts_in_spend_logs,
    writesSpendRows: !wire.disable_spend_logs,
    spendRetention: spendRetention(wire),
    clickHouse: clickHouse(wire),
  };
}

function spendRetention(wire: WireGeneralSettings): SpendRetentionSettings {
  const { maximum_spend_logs_retention_period: period, maximum_spend_logs_cleanup_cron: cron } = wire;
  return {
    periodMs: period === undefined ? undefined : lifetimeMs(period),
    intervalMs: lifetimeMs(wire.maximum_spend_logs_retention_interval),
    cron: cron === undefined ? undefined : (parseCron(cron) ?? undefined),
  };
}

function clickHouse({ spend_logs_clickhouse: wire }: WireGeneralSettings): ClickHouseSettings | undefined {
  if (!wire) return undefined;
  const { url, database, table, user, password, batch_rows: batchRows } = wire;
  return { url, database, table, user, password, batchRows };
}

export function toRequestPolicy(wire: WireLitellmSettings): RequestPolicy {
  const margins = Object.entries(wire.cost_margin_config).map(([provider, given]) => [
    provider,
    typeof given === 'string'
      ? { margin: given }
      : {
          ...(given.percentage !== undefined && { margin: given.percentage }),
          ...(given.fixed_amount !== undefined && { perRequest: given.fixed_amount }),
        },
  ]);
  return {
    dropParams: wire.drop_params,
    modifyParams: wire.modify_params,
    turnsOffMessageLogging: wire.turn_off_message_logging,
    discounts: wire.cost_discount_config,
    margins: Object.fromEntries(margins) as RequestPolicy['margins'],
  };
}
