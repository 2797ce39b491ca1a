/** Decides in whose account at a provider a file or batch is kept, and finds that account again later. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Deployment } from '../core/spec/index.js';
import type { CatalogSnapshot, FoundModel } from '../catalog/catalog-snapshot.js';
import type { ModelAccess } from './object-owner.js';

export interface Placement {
  readonly deployment: Deployment;
  /** The model name that led there; empty where a provider was named. */
  readonly modelGroup: string;
}

/** What a request says of where it is to go. */
export interface AskedPlace {
  /** Names of models as clients know them. */
  readonly models: readonly string[];
  readonly provider: string | undefined;
}

/** Where a row of the database says that its object lies. */
export interface KnownPlace {
  readonly provider: string;
  readonly deploymentId: string;
  readonly apiBase: string;
  readonly modelGroup: string;
}

/** LiteLLM's provider where nothing is named. */
const unnamedProvider = 'openai';

export class PlacementFinder {
  /** @param serving the ids of the providers that keep files, for error texts */
  constructor(
    private readonly catalog: CatalogSnapshot,
    private readonly access: ModelAccess,
    private readonly serving: readonly string[],
  ) {}

  /** @throws GatewayError `unknown_model`, `model_access_denied` or `invalid_request` */
  place({ models, provider }: AskedPlace): Placement {
    const [first, ...others] = models;
    if (first === undefined) return this.placeAt(provider);
    const placed = this.placeFor(first, provider);
    for (const other of others) {
      const { deployments } = this.allowed(other);
      if (deployments.some((deployment) => isSameAccount(deployment, placed.deployment))) continue;
      const reason = `The models ${first} and ${other} are not served from one account, and a file lies in one account. Upload it once for each.`;
      throw new GatewayError('invalid_request', { param: 'target_model_names', facts: { reason } });
    }
    return placed;
  }

  /** Whether clients know a model by this name, allowed or not. */
  isServed(model: string): boolean {
    return this.catalog.find(model) !== null;
  }

  /** @throws GatewayError for a model that does not exist, or that the key may not use */
  allowed(model: string): FoundModel {
    const found = this.catalog.find(model);
    const denial = this.access.denial(model, found);
    if (denial) throw new GatewayError(denial, { param: 'model', facts: { model } });
    if (found) return found;
    throw new GatewayError('unknown_model', { param: 'model', facts: { model, route: 'files' } });
  }

  /** Those that the key may use, each once for every model that leads to it. */
  deployments(): readonly Deployment[] {
    return this.catalog
      .models()
      .filter((model) => this.access.denial(model.id, model) === null)
      .flatMap(({ deployments }) => deployments);
  }

  private placeFor(model: string, provider: string | undefined): Placement {
    const { deployments } = this.allowed(model);
    const named = provider === undefined ? deployments : deployments.filter((each) => each.provider.id === provider);
    const deployment = named.find(keepsFiles);
    if (deployment) return { deployment, modelGroup: model };
    const whose = [...new Set(deployments.map((each) => each.provider.id))].join(', ');
    throw this.unserved(`The model ${model} is served by ${whose}, which is not asked for files and batches here.`);
  }

  private placeAt(provider: string | undefined): Placement {
    const usable = this.deployments().filter(keepsFiles);
    const wanted = provider ?? unnamedProvider;
    const deployment = this.accountAt(wanted, usable) ?? (provider === undefined ? onlyAccount(usable) : undefined);
    if (deployment) return { deployment, modelGroup: '' };
    if (provider === undefined)
      throw this.unserved('The request names neither a model nor a provider. Send `model` or `custom_llm_provider`.');
    throw this.unserved(
      this.serving.includes(provider)
        ? `There is no deployment of ${provider} that this key may use.`
        : `The provider ${provider} is not asked for files and batches here.`,
    );
  }

  /** The account that the operator named for it, where the key may use anything of that provider; else the first deployment. */
  private accountAt(provider: string, usable: readonly Deployment[]): Deployment | undefined {
    const first = usable.find((each) => each.provider.id === provider);
    const account = this.catalog.findFileService(provider);
    return account && keepsFiles(account) && (first || this.access.unrestricted) ? account : first;
  }

  private unserved(why: string): GatewayError {
    const reason = `${why} Files and batches are served by: ${this.serving.join(', ')}.`;
    return new GatewayError('invalid_request', { param: 'custom_llm_provider', facts: { reason } });
  }
}

/** A deployment that is answered by the gateway itself has no account. */
function keepsFiles({ provider, endpoint }: Deployment): boolean {
  return provider.files !== undefined && endpoint.origin !== '';
}

/** The account in which a known object lies. @throws GatewayError `conflict` where it is configured no more */
export function accountOf(catalog: CatalogSnapshot, place: KnownPlace): Deployment {
  const { provider, deploymentId, apiBase, modelGroup } = place;
  const byId = catalog.findDeployment(deploymentId);
  if (byId) return byId;
  const fits = (each: Deployment): boolean => each.provider.id === provider && baseOf(each) === apiBase;
  const inGroup = modelGroup === '' ? [] : (catalog.find(modelGroup)?.deployments ?? []);
  // An entry that was changed has another id, and is the same account all the same.
  const candidates = [
    ...inGroup.filter(({ id }) => id === deploymentId),
    ...inGroup.filter(fits),
    ...[catalog.findFileService(provider)].filter((account) => account !== null).filter(fits),
    ...catalog
      .models()
      .flatMap(({ deployments }) => deployments)
      .filter(fits),
  ];
  const [found] = candidates;
  if (found) return found;
  const reason = `The deployment that keeps this is configured no more: nothing of ${provider} leads to its account.`;
  throw new GatewayError('conflict', { facts: { reason } });
}

export function baseOf({ endpoint }: Deployment): string {
  return endpoint.origin + endpoint.basePath;
}

/** One provider, one address, one identity: what lies in the one lies in the other. */
export function isSameAccount(one: Deployment, other: Deployment): boolean {
  return (
    one.provider.id === other.provider.id &&
    baseOf(one) === baseOf(other) &&
    JSON.stringify(one.credentials) === JSON.stringify(other.credentials)
  );
}

function onlyAccount(usable: readonly Deployment[]): Deployment | undefined {
  const [first, ...others] = usable;
  return first && others.every((other) => isSameAccount(first, other)) ? first : undefined;
}
