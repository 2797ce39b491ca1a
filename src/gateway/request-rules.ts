/** What the operator and a key's owner want every model request to say, or not to say. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../auth/principal.js';
import type { RequestRules } from '../config/access-settings.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Operation } from './operation.js';

/** Those that clients set themselves go before the operator's. */
const endUserHeader = 'x-litellm-end-user-id';
const otherEndUserHeader = 'x-litellm-customer-id';

/** The headers with the end user where every reader looks for it. */
export function withEndUser(
  headers: IncomingHttpHeaders,
  { endUserHeaders }: RequestRules,
  { endUserId }: Principal,
): IncomingHttpHeaders {
  // Of a caller who stands for one customer, nobody else is believed.
  if (endUserId !== undefined) return { ...headers, [endUserHeader]: endUserId };
  if (endUserHeaders.length === 0 || headers[endUserHeader] || headers[otherEndUserHeader]) return headers;
  for (const name of endUserHeaders) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return { ...headers, [endUserHeader]: value };
  }
  return headers;
}

/**
 * Nothing is asked of a request that costs nothing, such as a count of tokens.
 *
 * @throws GatewayError `invalid_request` that names what is missing or not allowed
 */
export function checkRequestRules(operation: Operation, principal: Principal, rules: RequestRules): void {
  if (operation.unbilled) return;
  const { settings } = operation;
  for (const list of [rules.enforcedParams, principal.enforcedParams ?? []])
    for (const param of list) if (!isThere(settings.given, param)) throw missing(param);
  if (rules.mustNameUser && settings.endUser === undefined) throw missing('user');
  if (rules.refusesClientTags && settings.tags.length > 0) {
    const reason = 'Tags are not allowed in a request: they come from the key, its team and its project alone (`reject_clientside_metadata_tags`). Remove `metadata.tags`, `tags` and the header `x-litellm-tags`.'; // prettier-ignore
    throw new GatewayError('invalid_request', { param: 'metadata.tags', facts: { reason } });
  }
}

/** `metadata.generation_name` is a member of a member; null is as good as nothing. */
function isThere(body: Readonly<Record<string, unknown>>, path: string): boolean {
  let at: unknown = body;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return false;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at !== undefined && at !== null;
}

function missing(param: string): GatewayError {
  const reason = `\`${param}\` is missing in the request body. The operator requires it.`;
  return new GatewayError('invalid_request', { param, facts: { reason } });
}
