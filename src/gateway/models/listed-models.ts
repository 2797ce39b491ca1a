/** The names that `GET /v1/models` lists: groups as they are, patterns as the models that are known to meet them. */
import { modelDenial, type ModelUser } from '../../auth/model-access.js';
import type { ListedModel } from '../../catalog/catalog-snapshot.js';
import { chatModelsOf } from '../../core/pricing/price-table.js';

export interface ListOptions {
  /** Whose models are listed. */
  readonly user: ModelUser;
  /** List the patterns themselves too (`return_wildcard_routes`). */
  readonly withPatterns: boolean;
}

export function namesFor(models: readonly ListedModel[], { user, withPatterns }: ListOptions): readonly string[] {
  const names = models.flatMap((model) =>
    namesOf(model, withPatterns).filter((name) => modelDenial(user, name, model) === null),
  );
  return [...new Set(names)];
}

function namesOf(model: ListedModel, withPatterns: boolean): readonly string[] {
  if (!model.isPattern) return [model.id];
  const known = knownNames(model);
  // A pattern of a provider that nobody has a list of would be invisible otherwise.
  return withPatterns || known.length === 0 ? [model.id, ...known] : known;
}

/** `openai/*` is every listed model of openai; of a pattern with its star elsewhere no names are known. */
function knownNames({ id, deployments }: ListedModel): readonly string[] {
  const prefix = id.slice(0, -1);
  if (!id.endsWith('/*') || prefix.includes('*')) return [];
  const providers = new Set(deployments.filter(({ model }) => model === '*').map(({ provider }) => provider.id));
  return [...providers].flatMap(chatModelsOf).map((name) => prefix + name);
}
