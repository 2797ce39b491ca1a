/** The accounts by which a provider is reached natively: deployments that say so, then what the environment knows of it. */
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { GatewayConfig } from '../../config/gateway-config.js';
import { toModelEntry } from '../../config/model-entry.js';
import { modelEntrySchema } from '../../config/schema/model-entry.schema.js';
import { SettingsService } from '../../config/settings.service.js';
import type { Deployment, ProviderRegistry } from '../../core/spec/index.js';
import type { CatalogSnapshot } from '../catalog-snapshot.js';
import { CatalogService } from '../catalog.service.js';
import { buildModels } from '../deployment-factory.js';
import { registryFor } from '../own-providers.js';
import { PROVIDER_REGISTRY } from '../provider-registry.token.js';

/** Names that clients make up are kept for as many models of a deployment. */
const rememberedModels = 200;

/** What stands in the place of a model that no request has named yet. */
const anyModel = '*';

@Injectable()
export class ProviderAccounts {
  private readonly marked = new WeakMap<CatalogSnapshot, Map<string, readonly Deployment[]>>();
  private readonly ofEnvironment = new WeakMap<GatewayConfig, Map<string, Deployment | string>>();
  private readonly specialized = new WeakMap<Deployment, LRUCache<string, Deployment>>();

  constructor(
    private readonly catalog: CatalogService,
    private readonly settings: SettingsService,
    @Inject(PROVIDER_REGISTRY) private readonly registry: ProviderRegistry,
  ) {}

  /**
   * Those that the caller may be served by, the marked ones in the order of the file and then the environment's.
   *
   * @returns a text where there are none: what the operator has to set
   */
  of(provider: string, teamId: string | undefined): readonly Deployment[] | string {
    const marked = this.markedOf(provider).filter(({ modelInfo }) => {
      const owner = modelInfo['team_id'];
      return owner === undefined || owner === teamId;
    });
    const environment = this.environmentOf(provider);
    if (typeof environment !== 'string') return [...marked, environment];
    return marked.length > 0 ? marked : environment;
  }

  /** The deployment as it answers for `model`, with what that model costs. */
  serving(deployment: Deployment, model: string): Deployment {
    if (deployment.model === model) return deployment;
    let known = this.specialized.get(deployment);
    if (!known) this.specialized.set(deployment, (known = new LRUCache({ max: rememberedModels })));
    let made = known.get(model);
    if (!made) {
      // What one model costs says nothing of another.
      const isPattern = deployment.model.includes(anyModel);
      made = Object.freeze({
        ...deployment,
        model,
        ...(!isPattern && { prices: undefined, baseModel: undefined }),
      });
      known.set(model, made);
    }
    return made;
  }

  private markedOf(provider: string): readonly Deployment[] {
    const snapshot = this.catalog.current();
    let byProvider = this.marked.get(snapshot);
    if (!byProvider) this.marked.set(snapshot, (byProvider = new Map<string, readonly Deployment[]>()));
    let found = byProvider.get(provider);
    if (!found) {
      found = snapshot
        .entries()
        .filter(({ shownParams }) => shownParams['use_in_pass_through'] === true)
        .flatMap(({ deployment }) => (deployment?.provider.id === provider ? [deployment] : []));
      byProvider.set(provider, found);
    }
    return found;
  }

  private environmentOf(provider: string): Deployment | string {
    const config = this.settings.current();
    let byProvider = this.ofEnvironment.get(config);
    if (!byProvider) this.ofEnvironment.set(config, (byProvider = new Map<string, Deployment | string>()));
    let found = byProvider.get(provider);
    if (found === undefined) byProvider.set(provider, (found = this.build(provider, config)));
    return found;
  }

  private build(provider: string, config: GatewayConfig): Deployment | string {
    const name = `pass_through/${provider}`;
    const wire = modelEntrySchema.parse({
      model_name: name,
      litellm_params: { model: `${provider}/${anyModel}` },
      model_info: { id: name },
    });
    const context = {
      registry: registryFor(config, this.registry),
      environment: config.environment,
      requests: config.requests,
    };
    const { models, problems } = buildModels(
      [toModelEntry(wire, { file: '', line: 0, path: name })],
      'operator',
      context,
    );
    return models[0]?.deployment ?? (problems[0]?.message ?? 'it is not known').replace(/^inactive: /, '');
  }
}
