/** Which models a caller may use: names, patterns such as `openai/*`, access groups, and the special names of LiteLLM, at every level. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { ModelDenial, Principal } from './principal.js';

/** Whose models are asked about. */
export type ModelUser = Pick<Principal, 'models' | 'modelLevels'>;

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

/** What the model is refused with; null where every level allows it. */
export function modelDenial(
  { models, modelLevels = [] }: ModelUser,
  model: string,
  accessGroups: readonly string[] = [],
): ModelDenial | null {
  if (!mayUseModel(models, model, accessGroups)) return 'model_access_denied';
  for (const level of modelLevels) if (!mayUseModel(level.models, model, accessGroups)) return level.denial;
  return null;
}

/** @throws GatewayError `model_access_denied`, or that of the level which does not allow it */
export function checkModelAccess(user: ModelUser, model: string, accessGroups?: readonly string[]): void {
  const denial = modelDenial(user, model, accessGroups);
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
