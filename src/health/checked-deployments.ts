/** Which deployments a check is about: all of them, those of a model, or one, as far as the caller may use them. */
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { ModelUser } from '../auth/model-access.js';
import type { Deployment } from '../core/spec/index.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { allowedModels } from '../gateway/inspection/allowed-models.js';

export interface CheckedScope {
  /** A model group, or the provider's name of a model: `openai/gpt-4o`. */
  readonly model?: string | undefined;
  readonly modelId?: string | undefined;
}

export function allDeployments(catalog: CatalogSnapshot): readonly Deployment[] {
  return once(catalog.entries().flatMap(({ deployment }) => deployment ?? []));
}

/** @throws GatewayError `object_not_found` for what does not exist or is not the caller's */
export function deploymentsIn(
  catalog: CatalogSnapshot,
  principal: ModelUser,
  { model, modelId }: CheckedScope,
): readonly Deployment[] {
  const groups = allowedModels(catalog, principal);
  const all = once(groups.flatMap(({ deployments }) => deployments));
  if (modelId !== undefined)
    return orNotFound(
      all.filter(({ id }) => id === modelId),
      'model_id',
      modelId,
    );
  if (model === undefined) return all;
  const group = groups.find(({ id }) => id === model);
  const found = group?.deployments ?? all.filter((each) => `${each.provider.id}/${each.model}` === model);
  return orNotFound(found, 'model', model);
}

/** Aliases lead to deployments that stand in the list already. */
function once(deployments: readonly Deployment[]): readonly Deployment[] {
  return [...new Map(deployments.map((deployment) => [deployment.id, deployment])).values()];
}

function orNotFound(found: readonly Deployment[], param: string, name: string): readonly Deployment[] {
  if (found.length > 0) return found;
  const reason = `\`${param}\`: '${name.slice(0, 200)}' does not exist or is not available for this API key.`;
  throw new GatewayError('object_not_found', { param, facts: { reason } });
}
