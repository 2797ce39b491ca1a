/** The models that a caller may use, by the same rules as those of its requests. */
import type { CatalogSnapshot, FoundModel, ListedModel } from '../../catalog/catalog-snapshot.js';
import { checkModelAccess, modelDenial, resolveModelAlias, type ModelUser } from '../../auth/model-access.js';
import type { Principal } from '../../auth/principal.js';
import { GatewayError } from '../../core/errors/gateway-error.js';

/** @throws GatewayError for one that some level does not allow, or `unknown_model` for one that does not exist */
export function allowedModel(
  catalog: CatalogSnapshot,
  user: ModelUser & Pick<Principal, 'modelAliases'>,
  asked: string,
  route: string,
): FoundModel {
  const model = resolveModelAlias(user, asked);
  const found = catalog.find(model);
  checkModelAccess(user, model, found);
  if (found) return found;
  throw new GatewayError('unknown_model', { param: 'model', facts: { model, route } });
}

export function allowedModels(catalog: CatalogSnapshot, user: ModelUser): readonly ListedModel[] {
  return catalog.models().filter((model) => modelDenial(user, model.id, model) === null);
}
