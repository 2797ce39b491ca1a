/** What requests about files and batches have in common: their paths, who asks, where they are to go, and which page. */
import type { IncomingHttpHeaders } from 'node:http';
import { mayUseEveryModel, modelDenial } from '../../auth/model-access.js';
import type { Principal } from '../../auth/principal.js';
import { invalidMember, readModel } from '../../core/dialects/model-request.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { ModelAccess, ObjectOwner } from '../../objects/object-owner.js';
import type { PageQuery } from '../../objects/object-page.js';
import type { AskedPlace } from '../../objects/placement.js';

type Query = Readonly<Record<string, unknown>>;

/** With and without the version, and with the provider before it, as LiteLLM has them. */
export function objectPaths(path: string): string[] {
  return [`v1/${path}`, path, `:provider/v1/${path}`];
}

export function ownerOf(principal: Principal): ObjectOwner {
  const { role, ...caller } = principal;
  const { keyHash, keyAlias, userId, teamId, organizationId, projectId, tags } = caller;
  return { keyHash, seesAll: role === 'proxy_admin', keyAlias, userId, teamId, organizationId, projectId, tags };
}

export function accessOf(principal: Principal): ModelAccess {
  return {
    teamId: principal.teamId,
    unrestricted: mayUseEveryModel(principal),
    denial: (model, facts) => modelDenial(principal, model, facts),
  };
}

/** Where a request names its provider: the path, its own members, the query, a header. */
export function providerIn(
  path: string | undefined,
  members: Query,
  query: Query,
  headers: IncomingHttpHeaders,
): string | undefined {
  const given = path ?? members['custom_llm_provider'] ?? query['custom_llm_provider'] ?? query['provider'];
  const named = given ?? headers['custom-llm-provider'];
  if (named === undefined || named === '') return undefined;
  if (typeof named === 'string' && /^[\w.-]{1,64}$/.test(named)) return named.toLowerCase();
  throw invalidMember('custom_llm_provider', 'the name of a provider such as "openai"', named);
}

/** @throws GatewayError `invalid_request` */
export function placeIn(
  path: string | undefined,
  members: Query,
  query: Query,
  headers: IncomingHttpHeaders,
): AskedPlace {
  const single = members['model'] ?? query['model'];
  const several = members['target_model_names'] ?? query['target_model_names'];
  if (several !== undefined && typeof several !== 'string')
    throw invalidMember('target_model_names', 'names of models with commas between them', several);
  const names = (several ?? '').split(',').map((name) => name.trim());
  const models = [...(single === undefined || single === '' ? [] : [readModel(single)]), ...names.filter(Boolean)];
  return { models: [...new Set(models.map(readModel))], provider: providerIn(path, members, query, headers) };
}

/** @throws GatewayError `invalid_request` that names the member at fault */
export function pageIn(
  query: Query,
  sizes: { readonly most: number; readonly usual: number },
  provider: string | undefined,
): PageQuery {
  const { limit = String(sizes.usual), order = 'desc', after } = query;
  const count = typeof limit === 'string' && /^\d{1,6}$/.test(limit) ? Number(limit) : NaN;
  if (!(count >= 1 && count <= sizes.most)) throw invalid('limit', `must be a whole number from 1 to ${sizes.most}`);
  if (order !== 'asc' && order !== 'desc') throw invalid('order', 'must be `asc` or `desc`');
  if (after !== undefined && typeof after !== 'string') throw invalid('after', 'must be the id of an object');
  return { limit: count, order, after: after === '' ? undefined : after, provider };
}

/** A page as OpenAI's clients read it. */
export function listObject<Item extends { readonly id: string }>(
  data: readonly Item[],
  hasMore: boolean,
): Readonly<Record<string, unknown>> {
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: hasMore,
  };
}

/** A cursor must be one of the caller's own: @throws GatewayError `invalid_request` */
export async function checkCursor(after: string | undefined, find: (id: string) => Promise<unknown>): Promise<void> {
  if (after === undefined) return;
  try {
    await find(after);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'object_not_found') throw error;
    throw invalid('after', 'is the id of no object of yours');
  }
}

function invalid(param: string, what: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` ${what}.` } });
}
