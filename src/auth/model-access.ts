/** Which models a caller may use: names, patterns such as `openai/*`, access groups, and the special names of LiteLLM, at every level. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { ModelDenial, Principal } from './principal.js';

/** Whose models are asked about. */
export type ModelUser = Pick<Principal, 'models' | 'modelLevels'> & { readonly teamId?: string | null | undefined };

/** What the catalog says of a model that access turns on; nothing of one that it does not know. */
export interface ModelFacts {
  /** Those that it is in. */
  readonly accessGroups: readonly string[];
  /** The team whose own model it is. */
  readonly teamId?: string | undefined;
}

/** Everything that is served. */
const everyModel = 'all-proxy-models';

/**
 * @param allowed empty for all models
 * @param accessGroups those that the model is in
 */
export function mayUseModel(allowed: readonly string[], model: string, accessGroups: readonly string[] = []): boolean {
  if (allowed.length === 0) return true;
  return allowed.some(
    (entry) => entry === model || entry === everyModel || accessGroups.includes(entry) || matches(entry, model),
  );
}

/**
 * What the model is refused with; null where every level allows it. A model that is a team's own is what the team has: the team's list is of
 * those that others have.
 */
export function modelDenial(user: ModelUser, model: string, facts?: ModelFacts | null): ModelDenial | null {
  const { models, modelLevels = [] } = user;
  const accessGroups = facts?.accessGroups ?? [];
  if (!mayUseModel(models, model, accessGroups)) return 'model_access_denied';
  const isOwn = facts?.teamId !== undefined && facts.teamId === user.teamId;
  for (const { denial, models: allowed, isTeams } of modelLevels)
    if (!(isOwn && isTeams) && !mayUseModel(allowed, model, accessGroups)) return denial;
  return null;
}

/** @throws GatewayError `model_access_denied`, or that of the level which does not allow it */
export function checkModelAccess(user: ModelUser, model: string, facts?: ModelFacts | null): void {
  const denial = modelDenial(user, model, facts);
  if (denial) throw new GatewayError(denial, { param: 'model', facts: { model } });
}

/** True where no level narrows the models. */
export function mayUseEveryModel({ models, modelLevels = [] }: ModelUser): boolean {
  return [models, ...modelLevels.map((level) => level.models)].every(
    (list) => list.length === 0 || list.includes(everyModel) || list.includes('*'),
  );
}

/** The name behind another one that the caller's key or team has given to a model; once, never a chain. */
export function resolveModelAlias({ modelAliases }: Pick<Principal, 'modelAliases'>, model: string): string {
  return modelAliases !== undefined && Object.hasOwn(modelAliases, model) ? (modelAliases[model] ?? model) : model;
}

function matches(pattern: string, model: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return false;
  const prefix = pattern.slice(0, star);
  const suffix = pattern.slice(star + 1);
  return model.length >= prefix.length + suffix.length && model.startsWith(prefix) && model.endsWith(suffix);
}
