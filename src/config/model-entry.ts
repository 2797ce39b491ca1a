/** One `model_list` entry as the rooms read it: settings, credentials and request defaults told apart. */
import type { Origin } from './config-problem.js';
import { nanosFromUsd } from '../core/pricing/money.js';
import type { DeploymentBudget, DeploymentRouting } from '../core/spec/deployment.js';
import { toExactDecimal } from './exact-decimal.js';
import { toFailureNumbers } from './router-settings.js';
import { secretKeys, withoutSecretParams } from './secret-params.js';
import { toMs } from './schema/fields.js';
import { isPriceKey, litellmParamsSchema, type WireModelEntry } from './schema/model-entry.schema.js';

export interface ModelEntry {
  readonly origin: Origin;
  /** The lines of its parameters, by wire name. */
  readonly paramLines: ReadonlyMap<string, number>;
  readonly modelName: string;
  /** As configured: `groq/llama-3.3-70b`, `gpt-4o`, `openai/*`. */
  readonly model: string;
  readonly customProvider: string | undefined;
  readonly baseUrl: string | undefined;
  readonly apiKey: string | undefined;
  /** Secrets besides the key, by camelCase name: `awsSecretAccessKey`. */
  readonly otherCredentials: Readonly<Record<string, string>>;
  /** Settings that only the provider's adapter knows, by wire name: `organization`, `api_version`, `aws_region_name`. */
  readonly providerSettings: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number | undefined;
  readonly streamTimeoutMs: number | undefined;
  readonly maxRetries: number | undefined;
  readonly budget: DeploymentBudget | undefined;
  readonly weight: number | undefined;
  readonly rpm: number | undefined;
  readonly tpm: number | undefined;
  readonly routing: DeploymentRouting | undefined;
  readonly firstTokenTimeoutMs: number | undefined;
  readonly dropParams: boolean | undefined;
  readonly modifyParams: boolean | undefined;
  readonly additionalDropParams: readonly string[];
  readonly allowedOpenaiParams: readonly string[];
  readonly extraHeaders: Readonly<Record<string, string>> | undefined;
  readonly extraBody: Readonly<Record<string, unknown>> | undefined;
  readonly mockResponse: string | undefined;
  readonly clientSettable: readonly string[];
  /** Exact decimals or maps of them, by wire name; `litellm_params` goes before `model_info`. */
  readonly prices: Readonly<Record<string, unknown>>;
  readonly baseModel: string | undefined;
  readonly id: string | undefined;
  /** `model_info` as configured, its prices as numbers again. */
  readonly modelInfo: Readonly<Record<string, unknown>>;
  /** `litellm_credential_name`. */
  readonly credentialName: string | undefined;
  /** A stored credential has given its address: it is held to the egress policy. */
  readonly foreignAddress?: true;
  /** The team that alone may use it. */
  readonly teamId: string | undefined;
  /** `litellm_params` as configured, with nothing secret in them. */
  readonly shownParams: Readonly<Record<string, unknown>>;
  /** Every other key of `litellm_params`. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

const providerSettingKeys: ReadonlySet<string> = new Set([
  'organization',
  'api_version',
  'region_name',
  'tenant_id',
  'client_id',
  'azure_scope',
  'azure_username',
  'project_id',
  'project',
  'space_id',
  'deployment_id',
  'model_id',
  'account_id',
  'site_url',
  'app_name',
]);
const providerSettingPrefix = /^(aws|vertex|azure|watsonx|oci|gcs|s3|sagemaker|snowflake|databricks)_/;

/** Reads a checked entry. `origin` is where it stands. */
export function toModelEntry(
  wire: WireModelEntry,
  origin: Origin,
  paramLines: ReadonlyMap<string, number> = new Map(),
): ModelEntry {
  const params = wire.litellm_params;
  const info = wire.model_info ?? {};
  const baseModel = info.base_model ?? params.base_model;
  const { otherCredentials, providerSettings, defaults } = sortKeys(params);
  return {
    origin,
    paramLines,
    modelName: wire.model_name,
    model: params.model,
    customProvider: params.custom_llm_provider,
    baseUrl: params.api_base ?? params.base_url,
    apiKey: params.api_key,
    otherCredentials,
    providerSettings: { ...providerSettings, ...(baseModel !== undefined && { base_model: baseModel }) },
    timeoutMs: toMs(params.timeout),
    streamTimeoutMs: toMs(params.stream_timeout),
    maxRetries: params.max_retries ?? params.num_retries,
    budget:
      params.max_budget === undefined
        ? undefined
        : { maxNanos: nanosFromUsd(params.max_budget), duration: params.budget_duration ?? null },
    weight: params.weight,
    rpm: params.rpm,
    tpm: params.tpm,
    routing: toRouting(wire),
    firstTokenTimeoutMs: toMs(params.first_token_timeout),
    dropParams: params.drop_params,
    modifyParams: params.modify_params,
    additionalDropParams: params.additional_drop_params ?? [],
    allowedOpenaiParams: params.allowed_openai_params ?? [],
    extraHeaders: params.extra_headers && lowerCaseKeys(params.extra_headers),
    extraBody: params.extra_body,
    mockResponse: params.mock_response,
    clientSettable: params.configurable_clientside_auth_params ?? [],
    prices: { ...collectPrices(info), ...collectPrices(params) },
    baseModel,
    id: info.id,
    credentialName: params.litellm_credential_name,
    teamId: info.team_id,
    shownParams: withoutSecretParams(withNumbers(params)),
    modelInfo: withNumbers(info),
    defaults,
  };
}

/** Undefined where nothing is said, as of most: such deployments need no second look. */
function toRouting({ litellm_params: params, model_info: info }: WireModelEntry): DeploymentRouting | undefined {
  const region = params['region_name'];
  const routing: DeploymentRouting = {
    ...(params.order !== undefined && { order: params.order }),
    ...(params.tags && { tags: params.tags }),
    ...(typeof region === 'string' && { region }),
    ...(params.max_parallel_requests !== undefined && { maxParallelRequests: params.max_parallel_requests }),
    ...(params.cooldown_time !== undefined && { cooldownMs: toMs(params.cooldown_time) }),
    ...(info?.allowed_fails !== undefined && { allowedFails: info.allowed_fails }),
    ...(info?.allowed_fails_policy && { allowedFailsByClass: toFailureNumbers(info.allowed_fails_policy) }),
    ...(info?.max_input_tokens !== undefined && { maxInputTokens: info.max_input_tokens }),
  };
  return Object.keys(routing).length === 0 ? undefined : routing;
}

const settingKeys: ReadonlySet<string> = new Set(Object.keys(litellmParamsSchema.shape));

/** What is no setting of ours: the provider's secrets, the provider's settings, and default request parameters. */
function sortKeys(params: WireModelEntry['litellm_params']): {
  otherCredentials: Record<string, string>;
  providerSettings: Record<string, unknown>;
  defaults: Record<string, unknown>;
} {
  const otherCredentials: Record<string, string> = {};
  const providerSettings: Record<string, unknown> = {};
  const defaults: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(params)) {
    if (value === undefined || value === null) continue;
    if (secretKeys.has(key))
      otherCredentials[toCamelCase(key)] = typeof value === 'string' ? value : JSON.stringify(value);
    else if (providerSettingKeys.has(key) || providerSettingPrefix.test(key)) providerSettings[key] = value;
    else if (!settingKeys.has(key) && !isPriceKey(key)) defaults[key] = value;
  }
  return { otherCredentials, providerSettings, defaults };
}

function collectPrices(source: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const priced = Object.entries(source).filter(
    ([key, value]) => isPriceKey(key) && value !== null && value !== undefined,
  );
  return Object.fromEntries(priced.map(([key, value]) => [key, toExactPrice(value)]));
}

/** Leaves what is no price as it is: the schema refuses it where it knows the key. */
function toExactPrice(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'string') return toExactDecimal(value) ?? value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toExactPrice(inner)]));
}

function withNumbers(info: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(info).map(([key, value]) => [key, isPriceKey(key) ? toNumbers(value) : value]),
  );
}

function toNumbers(value: unknown): unknown {
  if (typeof value === 'string') return Number(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toNumbers(inner)]));
}

function toCamelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function lowerCaseKeys(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]));
}

/** True for keys that say which account of the provider is meant, and where: no secrets. */
export function isProviderSetting(key: string): boolean {
  return providerSettingKeys.has(key) || providerSettingPrefix.test(key);
}

/** The entry with what a credential gives in the place of what it does not say itself. */
export function withCredential(
  entry: ModelEntry,
  values: WireModelEntry['litellm_params'],
  isForeign: boolean,
): ModelEntry {
  const given = toModelEntry({ model_name: entry.modelName, litellm_params: values }, entry.origin);
  const { baseUrl = given.baseUrl } = entry;
  const isGivenAddress = given.baseUrl !== undefined || Object.keys(given.providerSettings).length > 0;
  return {
    ...entry,
    ...(isForeign && isGivenAddress && { foreignAddress: true }),
    customProvider: entry.customProvider ?? given.customProvider,
    baseUrl,
    apiKey: entry.apiKey ?? given.apiKey,
    otherCredentials: { ...given.otherCredentials, ...entry.otherCredentials },
    providerSettings: { ...given.providerSettings, ...entry.providerSettings },
    extraHeaders:
      given.extraHeaders || entry.extraHeaders ? { ...given.extraHeaders, ...entry.extraHeaders } : undefined,
  };
}
