/** Everybody who may stand before the gateway, in the order of the tables' columns. */
import { masterKey } from '../support/gateway.js';

/** Nobody who is known: every route that is not public refuses them. */
export const strangers = ['no_key', 'malformed', 'unknown', 'expired', 'blocked', 'blocked_team'] as const;

/** From the least to the most. */
export const known = [
  'customer',
  'internal_user_viewer',
  'internal_user',
  'team_member',
  'team_admin',
  'org_admin',
  'proxy_admin_viewer',
  'proxy_admin',
  'master',
] as const;

export const callers = [...strangers, ...known] as const;
export type Caller = (typeof callers)[number];
export type KnownCaller = (typeof known)[number];

/** The clear key of a caller that has one of its own. */
export const keyOf = (caller: Caller): string => `sk-authorization-${caller.replaceAll('_', '-')}-0123456789`;

export function headersOf(caller: Caller): Readonly<Record<string, string>> {
  if (caller === 'no_key') return {};
  if (caller === 'malformed') return { authorization: 'sk-without-its-scheme' };
  return { authorization: `Bearer ${caller === 'master' ? masterKey : keyOf(caller)}` };
}
