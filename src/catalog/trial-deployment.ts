/** Builds a deployment that somebody wants to try before it is configured: from their own words alone, and never trusted. */
import type { GatewayConfig } from '../config/gateway-config.js';
import { readForeignModelEntry } from '../config/read-models.js';
import type { Deployment, ProviderRegistry } from '../core/spec/index.js';
import { buildModels } from './deployment-factory.js';
import { registryFor } from './own-providers.js';

export interface Trial {
  /** Null where the entry cannot be served. */
  readonly deployment: Deployment | null;
  /** What is wrong with it. */
  readonly problems: readonly string[];
}

/**
 * The address is held to the egress policy, no reference to the environment is resolved, and no key of the operator's goes to an
 * address that the entry names.
 *
 * @param entry in the shape of a `model_list` entry
 */
export function buildTrial(entry: unknown, config: GatewayConfig, registry: ProviderRegistry): Trial {
  const { entry: read, problems } = readForeignModelEntry(entry, 'request');
  if (read === null) return { deployment: null, problems: problems.map(describe) };
  const { environment, requests } = config;
  const context = { registry: registryFor(config, registry), environment, requests };
  const built = buildModels([read], 'restricted', context);
  const deployment = built.models[0]?.deployment ?? null;
  return { deployment, problems: deployment === null ? built.problems.map(describe) : [] };
}

function describe({ path, message }: { readonly path: string; readonly message: string }): string {
  return path === '' ? message : `\`${path}\`: ${message}`;
}
