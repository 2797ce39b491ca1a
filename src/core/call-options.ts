/** What a caller of the library may say of one call, and the deployment that follows from it. */
import { GatewayError } from './errors/gateway-error.js';
import { findProviderOfBareModel } from './pricing/price-table.js';
import { providerRegistry } from './providers/registry.js';
import { singlePlan, type LibraryPlan } from './library-plan.js';
import { readProviderEnvironment } from './secrets/environment.js';
import {
  plainDeployment,
  type ClientCache,
  type Credentials,
  type Deployment,
  type Endpoint,
  type ProviderDefinition,
  type ResponseCache,
} from './spec/index.js';

export interface CallOptions {
  /** Default: the provider's environment variable, such as `GROQ_API_KEY`. */
  readonly apiKey?: string;
  /** Secrets besides the key, by the provider's names: `awsSecretAccessKey`, `vertexCredentials`. Default: the environment. */
  readonly credentials?: Credentials;
  /** Absolute, with the API's path: `https://api.groq.com/openai/v1`. Default: the environment, then the provider's own. */
  readonly apiBase?: string;
  /** Where connections come from. Default: one cache for all calls, which `closeAll` closes. */
  readonly clientCache?: ClientCache;
  /** For the whole request, a stream's included, milliseconds. Default: 600,000. */
  readonly timeoutMs?: number;
  /** Until the first byte of a stream, and between its chunks, milliseconds. Default: none. */
  readonly streamTimeoutMs?: number;
  /** Aborting it closes the connection to the provider; the call then fails with `client_closed`. */
  readonly signal?: AbortSignal;
  /** Where answers are kept, and asked for before the provider is. Default: nowhere. */
  readonly cache?: ResponseCache;
  /** How long an answer is kept, milliseconds. Default: 3,600,000. */
  readonly cacheTtlMs?: number;
  /** Answers are shared by calls with the same one alone, such as a customer's id. */
  readonly cacheNamespace?: string;
  /** Leave out parameters that the provider does not support instead of failing. */
  readonly dropParams?: boolean;
  /** Parameters to leave out always; nested ones as `a.b`. */
  readonly additionalDropParams?: readonly string[];
  /** Parameters to send although the provider's list does not have them. */
  readonly allowedParams?: readonly string[];
  /** Let the adapter repair messages that the provider would refuse. */
  readonly modifyParams?: boolean;
  /** Lower-case names. */
  readonly extraHeaders?: Readonly<Record<string, string>>;
  /** Merged into the provider's body last. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
  /** What else the provider's adapter knows, by wire name: `organization`, `aws_region_name`, ... Default: the environment. */
  readonly providerSettings?: Readonly<Record<string, unknown>>;
}

/** What holds for a whole request, whatever deployments it is tried on. */
export type RunOptions = Pick<
  CallOptions,
  'clientCache' | 'timeoutMs' | 'streamTimeoutMs' | 'signal' | 'cache' | 'cacheTtlMs' | 'cacheNamespace'
>;

export const defaultTimeoutMs = 600_000;
/** A longer answer that is no stream is an error. */
export const maxResponseBytes = 100 * 1024 * 1024;

/** The one deployment of a call that names its provider by itself: nothing else can be tried. @throws GatewayError as `deploymentFor` */
export function planFor(requested: unknown, options: CallOptions): LibraryPlan {
  return singlePlan(deploymentFor(requested, options));
}

/** @throws GatewayError `invalid_request` for a model or address that leads nowhere, `upstream_authentication` without a key */
export function deploymentFor(requested: unknown, options: CallOptions): Deployment {
  // Callers in plain JavaScript get no help from the types.
  if (typeof requested !== 'string') throw invalid('`model` must be a string such as "openai/gpt-4o".', 'model');
  const { provider, model } = providerOf(requested);
  const environment = readProviderEnvironment(provider);
  const apiKey = options.apiKey ?? environment.apiKey;
  const credentials = {
    // Parts of two identities make none.
    ...(options.credentials ?? environment.credentials),
    ...(apiKey !== undefined && { apiKey }),
  };
  if (provider.needsApiKey && Object.keys(credentials).length === 0) throw keyMissing(provider);
  const settings = { ...environment.settings, ...options.providerSettings };
  const configured = options.apiBase ?? environment.baseUrl;
  return {
    ...plainDeployment,
    id: requested,
    modelGroup: requested,
    provider,
    model,
    endpoint: provider.local === undefined ? endpointOf(provider, settings, configured, credentials) : nowhere,
    egress: 'operator',
    credentials,
    parameters: {
      dropUnsupported: options.dropParams ?? false,
      alwaysDrop: options.additionalDropParams ?? [],
      alsoAllowed: options.allowedParams ?? [],
      mayModify: options.modifyParams ?? false,
      extraBody: options.extraBody,
      extraHeaders: options.extraHeaders,
      provider: settings,
    },
    timeoutMs: options.timeoutMs,
    streamTimeoutMs: options.streamTimeoutMs,
  };
}

export function invalid(reason: string, param: string): GatewayError {
  return new GatewayError('invalid_request', { facts: { reason }, param });
}

function providerOf(requested: string): { provider: ProviderDefinition; model: string } {
  const slash = requested.indexOf('/');
  const id = slash > 0 ? requested.slice(0, slash) : findProviderOfBareModel(requested);
  const provider = id === undefined ? null : providerRegistry.find(id);
  const model = requested.slice(slash + 1);
  if (provider !== null && model !== '') return { provider, model };
  throw invalid(
    `The model "${requested}" does not begin with a known provider. Write "<provider>/<model>", such as "openai/gpt-4o".`,
    'model',
  );
}

const nowhere: Endpoint = { origin: '', basePath: '' };

function endpointOf(
  provider: ProviderDefinition,
  settings: Readonly<Record<string, unknown>>,
  configured: string | undefined,
  credentials: Credentials,
): Endpoint {
  const base = provider.locate?.(settings, configured, credentials) ?? configured ?? provider.defaultBaseUrl;
  const url = base === undefined ? null : URL.parse(base);
  if (url !== null) return { origin: url.origin, basePath: url.pathname.replace(/\/+$/, '') };
  const variables = [...(provider.env.baseUrl ?? []), ...Object.values(provider.env.settings ?? {}).flat()];
  const otherwise = variables.length > 0 ? ` Or set ${variables.join(' or ')}.` : '';
  throw invalid(`The provider ${provider.id} needs \`apiBase\`: an absolute URL.${otherwise}`, 'apiBase');
}

function keyMissing(provider: ProviderDefinition): GatewayError {
  const names = provider.env.apiKey ?? [];
  const otherwise = names.length > 0 ? ` or set ${names.join(' or ')}` : '';
  const message = `There is no API key for ${provider.displayName}. Pass \`apiKey\`${otherwise}.`;
  return new GatewayError('upstream_authentication', { message, provider: provider.id, param: 'apiKey' });
}
