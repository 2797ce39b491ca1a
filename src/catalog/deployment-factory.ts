/** Builds core's deployments from configured entries: provider, address, credentials, parameters, prices. */
import { errorAt, warningAt, type ConfigProblem, type Origin } from '../config/config-problem.js';
import type { Environment } from '../config/environment-references.js';
import type { RequestPolicy } from '../config/gateway-config.js';
import type { ModelEntry } from '../config/model-entry.js';
import type {
  Credentials,
  Deployment,
  EgressProfile,
  Endpoint,
  ParameterPolicy,
  PriceAdjustment,
  ProviderDefinition,
  ProviderRegistry,
} from '../core/spec/index.js';
import { readProviderEnvironment, type ProviderEnvironment } from '../core/secrets/environment.js';
import { deepFreeze } from './deep-freeze.js';
import { hashEntry } from './deployment-id.js';
import { toModelPrices } from './entry-prices.js';
import { isResolved, resolveProvider, type ResolvedModel } from './resolve-provider.js';

export interface FactoryContext {
  readonly registry: ProviderRegistry;
  readonly environment: Environment;
  readonly requests: RequestPolicy;
}

/** One configured entry, and the deployments that it stands for. */
export interface ConfiguredModel {
  readonly id: string;
  readonly modelName: string;
  readonly origin: Origin;
  /** The team that alone may use it. */
  readonly teamId: string | undefined;
  readonly modelInfo: Readonly<Record<string, unknown>>;
  /** `litellm_params` without secrets. */
  readonly shownParams: Readonly<Record<string, unknown>>;
  /** It stands in the database, not in the file. */
  readonly isStored: boolean;
  /** The deployment of a plain entry, and the template of a pattern; null where only a request's name says the provider. */
  readonly deployment: Deployment | null;
  /** The deployment for `model` as the provider is to see it; null where there is no such provider, or no key for it. */
  specialize(model: string): Deployment | null;
}

export interface BuiltModels {
  readonly models: readonly ConfiguredModel[];
  readonly problems: readonly ConfigProblem[];
}

export function buildModels(
  entries: readonly ModelEntry[],
  egress: EgressProfile,
  context: FactoryContext,
): BuiltModels {
  const problems: ConfigProblem[] = [];
  const ids = new IdGiver(entries);
  const models = entries
    .map((entry) => new EntryReader(entry, ids.next(entry), egress, context, problems).read())
    .filter((model) => model !== null);
  return { models, problems };
}

/** Gives each entry its id; identical twins are told apart by their order. */
class IdGiver {
  private readonly taken: Set<string>;

  constructor(entries: readonly ModelEntry[]) {
    this.taken = new Set(entries.map(({ id }) => id).filter((id) => id !== undefined));
  }

  next(entry: ModelEntry): string {
    if (entry.id !== undefined) return entry.id;
    const hash = hashEntry(entry);
    let id = hash;
    for (let ordinal = 2; this.taken.has(id); ordinal += 1) id = `${hash}-${ordinal}`;
    this.taken.add(id);
    return id;
  }
}

/** Passes every name on to whatever provider it names. */
const anyModel = '*';

class EntryReader {
  constructor(
    private readonly entry: ModelEntry,
    private readonly id: string,
    private readonly given: EgressProfile,
    private readonly context: FactoryContext,
    private readonly problems: ConfigProblem[],
  ) {}

  /** An operator's entry may have its address from somebody else's credential. */
  private get egress(): EgressProfile {
    return this.entry.foreignAddress ? 'restricted' : this.given;
  }

  /** Null where the entry cannot be served; the problems say why. */
  read(): ConfiguredModel | null {
    const { entry, id } = this;
    const { modelName, origin, teamId, modelInfo, shownParams } = entry;
    const shared = { id, modelName, origin, teamId, modelInfo, shownParams, isStored: this.given === 'restricted' };
    const parts = this.readParts();
    if (entry.model === anyModel && entry.customProvider === undefined) {
      return { ...shared, deployment: null, specialize: (model) => this.buildFor(model, parts) };
    }
    const resolved = resolveProvider(entry.model, entry.customProvider, this.context.registry);
    if (!isResolved(resolved)) {
      return resolved.knownToLitellm
        ? this.leaveOut(resolved.message)
        : this.refuse(entry.customProvider === undefined ? 'model' : 'custom_llm_provider', resolved.message);
    }
    const deployment = this.build(resolved, parts);
    if (typeof deployment === 'string') return this.leaveOut(deployment);
    return { ...shared, deployment, specialize: (model) => Object.freeze({ ...deployment, model }) };
  }

  private buildFor(model: string, parts: SharedParts): Deployment | null {
    const resolved = resolveProvider(model, undefined, this.context.registry);
    const built = isResolved(resolved) ? this.build(resolved, parts) : null;
    return typeof built === 'string' ? null : built;
  }

  private build({ provider, model }: ResolvedModel, parts: SharedParts): Deployment | string {
    const { entry, egress } = this;
    const environment = readProviderEnvironment(provider, this.context.environment);
    // The machine's own settings and keys must not follow an address that somebody else wrote.
    // Nor do they serve a team's own model, whose admins are not whoever pays for them.
    const isOperators = egress === 'operator' || (!namesAddress(entry) && entry.teamId === undefined);
    const mayUseEnvironment = isOperators && !entry.foreignAddress;
    const settings = { ...(mayUseEnvironment && environment.settings), ...parts.parameters.provider };
    const credentials = this.findCredentials(provider, mayUseEnvironment ? environment : undefined);
    const known = typeof credentials === 'string' ? {} : credentials;
    const endpoint = this.findEndpoint(provider, settings, environment, known);
    if (typeof endpoint === 'string') return endpoint;
    if (typeof credentials === 'string') return credentials;
    const parameters = { ...parts.parameters, provider: settings };
    const where = { provider, model, endpoint, egress, credentials };
    const priceAdjustment = this.findPriceAdjustment(provider);
    return deepFreeze(
      {
        ...parts,
        ...(priceAdjustment && { priceAdjustment }),
        parameters,
        id: this.id,
        modelGroup: entry.modelName,
        ...where,
      },
      provider,
    );
  }

  private readParts(): SharedParts {
    const { entry } = this;
    const { prices, unused } = toModelPrices(entry.prices);
    for (const key of unused) {
      this.problems.push(
        warningAt(this.originOf(key), 'known to LiteLLM, not served by this version: it has no effect.'),
      );
    }
    return {
      parameters: toParameters(entry, this.context.requests),
      defaults: entry.defaults,
      clientSettable: entry.clientSettable,
      timeoutMs: entry.timeoutMs,
      streamTimeoutMs: entry.streamTimeoutMs,
      ...(entry.budget && { budget: entry.budget }),
      weight: entry.weight,
      rpm: entry.rpm,
      tpm: entry.tpm,
      ...(entry.routing && { routing: entry.routing }),
      firstTokenTimeoutMs: entry.firstTokenTimeoutMs,
      maxRetries: entry.maxRetries,
      mockResponse: entry.mockResponse,
      prices,
      baseModel: entry.baseModel,
      modelInfo: entry.modelInfo,
    };
  }

  private findEndpoint(
    provider: ProviderDefinition,
    settings: Readonly<Record<string, unknown>>,
    environment: ProviderEnvironment,
    credentials: Credentials,
  ): Endpoint | string {
    const { entry } = this;
    const configured = entry.baseUrl ?? environment.baseUrl;
    const address = provider.locate?.(settings, configured, credentials) ?? configured ?? provider.defaultBaseUrl;
    if (address !== undefined)
      return (
        toEndpoint(address) ??
        `\`${provider.id}\` has an address that is no URL in the environment. Correct ${namesOf(provider.env.baseUrl)}.`
      );
    if (isAnsweredHere(entry, provider) || entry.clientSettable.some(isAddressParam)) return noEndpoint;
    const parameters = ['api_base', ...Object.keys(provider.env.settings ?? {})].map((name) => `\`${name}\``);
    const variables = [...(provider.env.baseUrl ?? []), ...Object.values(provider.env.settings ?? {}).flat()];
    return `\`${provider.id}\` has no address of its own. Set ${[...parameters, ...variables].join(' or ')}.`;
  }

  private findCredentials(
    provider: ProviderDefinition,
    environment: ProviderEnvironment | undefined,
  ): Credentials | string {
    const { entry } = this;
    const apiKey = entry.apiKey ?? environment?.apiKey;
    const organization = entry.providerSettings['organization'];
    const own = entry.otherCredentials;
    const secrets: Credentials = {
      // Parts of two identities make none: a configured key is not completed by the environment's session.
      ...(Object.keys(own).length > 0 ? own : environment?.credentials),
      ...(apiKey === undefined ? {} : { apiKey }),
    };
    const credentials = typeof organization === 'string' ? { ...secrets, organization } : secrets;
    const isReachable = !provider.needsApiKey || Object.keys(secrets).length > 0;
    if (isReachable || isAnsweredHere(entry, provider) || entry.clientSettable.includes('api_key')) return credentials;
    return `there is no key for \`${provider.id}\`. Set \`api_key\`${environment && provider.env.apiKey ? ` or ${namesOf(provider.env.apiKey)}` : ''}.`;
  }

  private findPriceAdjustment({ id }: ProviderDefinition): PriceAdjustment | undefined {
    const { discounts, margins } = this.context.requests;
    const discount = Object.hasOwn(discounts, id) ? discounts[id] : undefined;
    const margin = margins[Object.hasOwn(margins, id) ? id : 'global'];
    return discount === undefined && margin === undefined
      ? undefined
      : { ...(discount !== undefined && { discount }), ...margin };
  }

  private refuse(param: string, message: string): null {
    this.problems.push(errorAt(this.originOf(param), message));
    return null;
  }

  private leaveOut(reason: string): null {
    this.problems.push(warningAt(this.entry.origin, `inactive: ${reason}`));
    return null;
  }

  private originOf(param: string): Origin {
    const { origin, paramLines } = this.entry;
    const path = `litellm_params.${param}`;
    const line = paramLines.get(param) ?? origin.line;
    return { ...origin, line, path: origin.path === '' ? path : `${origin.path}.${path}` };
  }
}

type SharedParts = Omit<Deployment, 'id' | 'modelGroup' | 'provider' | 'model' | 'endpoint' | 'egress' | 'credentials'>;

/** For deployments that are answered within the process, or whose address comes with each request. */
const noEndpoint: Endpoint = { origin: '', basePath: '' };

function toParameters(entry: ModelEntry, requests: RequestPolicy): ParameterPolicy {
  return {
    dropUnsupported: entry.dropParams ?? requests.dropParams,
    alwaysDrop: entry.additionalDropParams,
    alsoAllowed: entry.allowedOpenaiParams,
    mayModify: entry.modifyParams ?? requests.modifyParams,
    extraBody: entry.extraBody,
    extraHeaders: entry.extraHeaders,
    provider: entry.providerSettings,
  };
}

function isAnsweredHere(entry: ModelEntry, provider: ProviderDefinition): boolean {
  return entry.mockResponse !== undefined || provider.local !== undefined;
}

/** Settings of providers that say whose host is asked: `aws_bedrock_runtime_endpoint`, `databricks_host`, an account of theirs. */
const addressSetting = /_(?:endpoint|url|host)$|^account_id$/;

export function namesAddress({ baseUrl, providerSettings }: ModelEntry): boolean {
  return baseUrl !== undefined || Object.keys(providerSettings).some((name) => addressSetting.test(name));
}

function isAddressParam(name: string): boolean {
  return name === 'api_base' || name === 'base_url';
}

/** Null where the text is no http address. Query and fragment are no part of an API's address. */
export function toEndpoint(address: string): Endpoint | null {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  return { origin: url.origin, basePath: url.pathname.replace(/\/+$/, '') };
}

function namesOf(variables: readonly string[] | undefined): string {
  return (variables ?? []).join(' or ');
}
