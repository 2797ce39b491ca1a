/** What a key may do by pass-through, beyond the routes that it may call at all: its lists of paths, and its models. */
import { mayUseEveryModel, modelDenial } from '../auth/model-access.js';
import { holdsPassThroughPath } from '../auth/routes/pass-through-path.js';
import type { Principal } from '../auth/principal.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { FoundEntry } from './entries/pass-through-entries.service.js';
import type { AskedModel } from './native/asked-model.js';

/** What only looks at things, or takes them away. */
const withoutModel: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);

/** @throws GatewayError `pass_through_denied` for a path that the key's lists do not open */
export function checkPaths({ passThroughRoutes }: Principal, { path, entry }: FoundEntry): void {
  if (!passThroughRoutes) return;
  const { allowed, denied } = passThroughRoutes;
  if (isNamed(denied, path.normalised)) throw refused(entry.template, 'its `denied_passthrough_routes` name the path.');
  if (allowed.length > 0 && !isNamed(allowed, path.normalised))
    throw refused(entry.template, `it may call ${allowed.join(', ').slice(0, 300)}.`);
}

/**
 * A key that is held to certain models is held to them here too. What names no model could be for any of them: it needs the
 * word of whoever made the key.
 *
 * @throws GatewayError `pass_through_denied`, or that of the level which does not allow the model
 */
export function checkModel(
  principal: Principal,
  { entry, path, facts }: FoundEntry,
  { name }: AskedModel,
  catalog: CatalogSnapshot,
): void {
  if (entry.kind !== 'native' || entry.prefix.provider === undefined || mayUseEveryModel(principal)) return;
  if (name !== undefined) {
    const names = [name, `${entry.prefix.provider}/${name}`];
    const denials = names.map((each) => modelDenial(principal, each, catalog.find(each)));
    const [denial] = denials;
    if (denial && !denials.includes(null)) throw new GatewayError(denial, { param: 'model', facts: { model: name } });
    return;
  }
  if (withoutModel.has(facts.method) || isNamed(principal.passThroughRoutes?.allowed ?? [], path.normalised)) return;
  throw refused(
    entry.template,
    'it is held to certain models, and this request names none. Name the path in `allowed_passthrough_routes` of the key to allow it.',
  );
}

function isNamed(list: readonly string[], path: string): boolean {
  return list.some((route) => holdsPassThroughPath(route, path));
}

function refused(path: string, reason: string): GatewayError {
  return new GatewayError('pass_through_denied', { facts: { path, reason } });
}
