/** The models that a caller may use, by the same rules as those of its requests. */
import type { CatalogSnapshot, FoundModel, ListedModel } from '../../catalog/catalog-snapshot.js';
import { mayUseModel } from '../../auth/model-access.js';
import type { Principal } from '../../auth/principal.js';
import { GatewayError } from '../../core/errors/gateway-error.js';

/** @throws GatewayError `model_access_denied`, or `unknown_model` for one that does not exist */
export function allowedModel(
  catalog: CatalogSnapshot,
  { models }: Pick<Principal, 'models'>,
  model: string,
  route: string,
): FoundModel {
  const found = catalog.find(model);
  if (!mayUseModel(models, model, found?.accessGroups))
    throw new GatewayError('model_access_denied', { param: 'model', facts: { model } });
  if (found) return found;
  throw new GatewayError('unknown_model', { param: 'model', facts: { model, route } });
}

export function allowedModels(catalog: CatalogSnapshot, { models }: Pick<Principal, 'models'>): readonly ListedModel[] {
  return catalog.models().filter(({ id, accessGroups }) => mayUseModel(models, id, accessGroups));
}
