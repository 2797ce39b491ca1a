/** What a verified token says of its bearer, by the operator's mapping of claims. Whether such a user or team exists is asked later. */
import type { JwtSettings, UserRole } from '../../../config/jwt-settings.js';
import { GatewayError } from '../../../core/errors/gateway-error.js';
import type { Claims, VerifiedToken } from './jwt-verifier.js';

/** Two issuers may give one value to different people: only theirs is a claim's. */
export interface VirtualKeyClaim {
  readonly issuer: string;
  readonly name: string;
  readonly value: string;
}

export interface TokenIdentity {
  /** Issuer and subject: whose requests these are in the ledger where nothing else is known. */
  readonly subject: string;
  /** By scope or by a role of `role_mappings`. */
  readonly isAdmin: boolean;
  readonly isCustomer: boolean;
  readonly userId: string | undefined;
  readonly userEmail: string | undefined;
  /** The teams that it names, the default where it names none; in the token's order. */
  readonly teamIds: readonly string[];
  /** Whether claims of it are read for teams at all: one that could not name any says nothing of memberships. */
  readonly namesTeams: boolean;
  readonly teamAlias: string | undefined;
  readonly organizationId: string | undefined;
  readonly organizationAlias: string | undefined;
  readonly endUserId: string | undefined;
  /** What the provider's roles make of the user, by `jwt_litellm_role_map`. */
  readonly userRole: UserRole | undefined;
  /** The claim's value that may stand for a virtual key. */
  readonly virtualKeyClaim: VirtualKeyClaim | undefined;
  /** What its scopes open, where that is enforced. */
  readonly scoped: { readonly models: readonly string[]; readonly routes: readonly string[] } | undefined;
}

/** @throws GatewayError `token_not_allowed` for a bearer that the operator's rules keep out */
export function identityOf({ claims, issuer }: VerifiedToken, settings: JwtSettings): TokenIdentity {
  const { claims: paths } = issuer;
  const scopes = listOf(claims['scope'] ?? claims['scp'], ' ');
  const role = mappedRole(claims, settings);
  const objectId = textAt(claims, settings.objectId);
  const userEmail = isUnverified(claims) ? undefined : textAt(claims, paths.userEmail);
  checkEmail(userEmail, settings);
  checkRoles(claims, settings);
  const userId = role === 'internal_user' && objectId !== undefined ? objectId : textAt(claims, paths.userId);
  return {
    subject: `${issuer.issuer} ${textAt(claims, 'sub') ?? userId ?? userEmail ?? ''}`,
    isAdmin: scopes.includes(settings.adminScope) || role === 'proxy_admin',
    isCustomer: role === 'customer',
    userId: userId ?? userEmail,
    userEmail,
    teamIds: teamsOf(claims, paths, role === 'team' ? objectId : undefined, settings),
    namesTeams: paths.teamId !== undefined || paths.teamIds !== undefined,
    teamAlias: textAt(claims, settings.teamAlias),
    organizationId: textAt(claims, paths.organizationId),
    organizationAlias: textAt(claims, settings.organizationAlias),
    endUserId: textAt(claims, paths.endUserId),
    userRole: userRoleOf(claims, settings),
    virtualKeyClaim: virtualKeyClaim(claims, issuer.issuer, paths.virtualKey),
    scoped: settings.enforcesScopes ? openedBy(scopes, settings) : undefined,
  };
}

type MappedRole = 'proxy_admin' | 'team' | 'internal_user' | 'customer';
/** The strongest first: a bearer with several roles has that one. */
const strength: readonly MappedRole[] = ['proxy_admin', 'team', 'internal_user', 'customer'];

function mappedRole(claims: Claims, { roles, roleMappings, enforcesRoles }: JwtSettings): MappedRole | undefined {
  const held = new Set(listOf(valueAt(claims, roles), ',').map((role) => roleMappings.get(role)));
  const found = strength.find((role) => held.has(role));
  if (found === undefined && enforcesRoles) throw refused('it has no role that is known here');
  return found;
}

function checkRoles(claims: Claims, { userRoles, allowedUserRoles }: JwtSettings): void {
  if (userRoles === undefined || allowedUserRoles === undefined) return;
  const held = listOf(valueAt(claims, userRoles), ',');
  if (!held.some((role) => allowedUserRoles.includes(role))) throw refused('it has none of the roles that are let in');
}

/** OpenID Connect Core 5.1: the provider itself says that the address may be anybody's. Some write it as text. */
function isUnverified({ email_verified: verified }: Claims): boolean {
  return verified === false || verified === 'false';
}

function checkEmail(email: string | undefined, { emailDomain }: JwtSettings): void {
  if (emailDomain === undefined) return;
  // The part behind the last @: an address may have more of them.
  const domain = email === undefined ? undefined : email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  if (email === undefined || !email.includes('@') || domain !== emailDomain)
    throw refused('its email address is not of the domain that is let in');
}

function teamsOf(
  claims: Claims,
  paths: VerifiedToken['issuer']['claims'],
  byRole: string | undefined,
  { defaultTeamId }: JwtSettings,
): readonly string[] {
  const one = byRole ?? textAt(claims, paths.teamId);
  const several = paths.teamIds === undefined ? [] : listOf(valueAt(claims, paths.teamIds), ',');
  const named = [...new Set([...(one === undefined ? [] : [one]), ...several])];
  return named.length > 0 || defaultTeamId === undefined ? named : [defaultTeamId];
}

function userRoleOf(claims: Claims, { userRoleMap, roles, userRoles }: JwtSettings): UserRole | undefined {
  if (userRoleMap.length === 0) return undefined;
  const held = [...listOf(valueAt(claims, roles), ','), ...listOf(valueAt(claims, userRoles), ',')];
  return userRoleMap.find(({ pattern }) => held.some((role) => matches(pattern, role)))?.role;
}

/** A `*` stands for any text. */
function matches(pattern: string, role: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(role);
}

function virtualKeyClaim(claims: Claims, issuer: string, path: string | undefined): VirtualKeyClaim | undefined {
  const value = textAt(claims, path);
  return path === undefined || value === undefined ? undefined : { issuer, name: path, value };
}

function openedBy(scopes: readonly string[], { scopeMappings }: JwtSettings): NonNullable<TokenIdentity['scoped']> {
  const opening = scopeMappings.filter(({ scope }) => scopes.includes(scope));
  if (opening.length === 0) throw refused('none of its scopes opens anything here');
  return { models: opening.flatMap(({ models }) => models), routes: opening.flatMap(({ routes }) => routes) };
}

/** A claim; where no claim has the whole name, the dots lead into objects. */
function valueAt(claims: Claims, path: string | undefined): unknown {
  if (path === undefined) return undefined;
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** What goes into ids and rows is bounded. */
const maxTextLength = 256;

function textAt(claims: Claims, path: string | undefined): string | undefined {
  const value = valueAt(claims, path);
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' && text.length <= maxTextLength ? text : undefined;
}

/** A list of texts, or a text that holds one. */
function listOf(value: unknown, separator: string): string[] {
  const parts: readonly unknown[] =
    typeof value === 'string' ? value.split(separator) : Array.isArray(value) ? value : [];
  return parts
    .filter((part) => typeof part === 'string')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part.length <= maxTextLength);
}

function refused(reason: string): GatewayError {
  return new GatewayError('token_not_allowed', { facts: { reason } });
}
