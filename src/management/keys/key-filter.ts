/** Which keys a list shows: what was asked for, within what the caller may see. Pure. */
import type { AccessScope } from '../../auth/scope/access-scope.js';
import type { Prisma } from '../../database/database-client.js';
import type { KeyListQuery } from './key-queries.dto.js';
import { isKeyHash } from './key-token.js';

type Where = Prisma.VirtualKeyWhereInput;

/** How a database compares texts without regard to case: PostgreSQL has to be told. */
export type TextDialect = 'postgres' | 'sqlite';

export function containing(text: string, dialect: TextDialect): Prisma.StringNullableFilter {
  const filter = { contains: text };
  return dialect === 'postgres' ? ({ ...filter, mode: 'insensitive' } as Prisma.StringNullableFilter) : filter;
}

export interface ListFilter {
  readonly where: Where;
  /** The part of it that an index leads to. */
  readonly led: Where;
  /** Where a part of a text is looked for: that text whole. An index leads to it. */
  readonly exact: Where;
  /** Whether it looks for a part of a text. */
  readonly byText: boolean;
}

/** The filters of a query, within what the caller sees. */
export function listFilter(
  visible: Where,
  query: KeyListQuery,
  isAdmin: boolean,
  now: Date,
  dialect: TextDialect,
): ListFilter {
  const { key_alias: alias, substring_matching: bySubstring, search } = query;
  const ofUser = userFilter(query, isAdmin, dialect);
  // A hash is looked for as one; an alias that holds one helps nobody.
  const bySearch = search !== undefined && !isKeyHash(search);
  const led = [
    visible,
    query.team_id !== undefined && { teamId: query.team_id },
    query.organization_id !== undefined && { organizationId: query.organization_id },
    query.project_id !== undefined && { projectId: query.project_id },
    query.key_hash !== undefined && { token: query.key_hash },
    alias !== undefined && !bySubstring && { keyAlias: alias },
    search !== undefined && !bySearch && { token: search },
    !ofUser.byText && ofUser.where,
  ];
  const others = [
    alias !== undefined && bySubstring && { keyAlias: containing(alias, dialect) },
    bySearch && { keyAlias: containing(search, dialect) },
    ofUser.byText && ofUser.where,
    query.expires !== undefined && lifeOf(query.expires, now),
    statusOf(query.status, now),
  ];
  const exact = [
    alias !== undefined && bySubstring && { keyAlias: alias },
    bySearch && { keyAlias: search },
    ofUser.byText && { userId: query.user_id ?? '' },
  ];
  return {
    where: allOf([...led, ...others]),
    led: allOf(led),
    exact: allOf(exact),
    byText: bySearch || ofUser.byText || (alias !== undefined && bySubstring),
  };
}

function allOf(parts: readonly (Where | null | false)[]): Where {
  return { AND: parts.filter((part) => part !== null && part !== false) };
}

/** Who sees a part of the keys alone is shown their own by that, and the teams' keys that they asked for beside them. */
function userFilter(
  { user_id: user, substring_matching: bySubstring, include_created_by_keys: withMade }: KeyListQuery,
  isAdmin: boolean,
  dialect: TextDialect,
): { readonly where: Where | null; readonly byText: boolean } {
  if (user === undefined || !isAdmin) return { where: null, byText: false };
  const isUser: Where = { userId: bySubstring ? containing(user, dialect) : user };
  return { where: withMade ? { OR: [isUser, { createdBy: user }] } : isUser, byText: bySubstring };
}

function lifeOf(expires: 'active' | 'expired', now: Date): Where {
  return expires === 'expired' ? { expires: { lte: now } } : { OR: [{ expires: null }, { expires: { gt: now } }] };
}

function statusOf(status: KeyListQuery['status'], now: Date): Where | null {
  if (status === 'revoked') return { blocked: true };
  if (status === 'active' || status === 'expired') return { AND: [{ blocked: false }, lifeOf(status, now)] };
  return null;
}

export interface Visibility {
  readonly includeTeamKeys: boolean;
  readonly includeCreatedByKeys: boolean;
  /** The organization whose keys its admin asks for. */
  readonly organizationId: string | undefined;
  /** The teams of the organizations that the caller administers. */
  readonly administeredTeamIds: readonly string[];
}

/**
 * Without further ado a caller sees their own keys. `include_team_keys` adds the keys of teams that they administer, or whose keys they may
 * list, and the keys of service accounts in their other teams; `include_created_by_keys` what they made there.
 */
export function visibleKeys(scope: AccessScope, visibility: Visibility): Where {
  const { principal, userId, teams, administeredOrganizations } = scope;
  if (scope.everything !== 'none') return {};
  if (userId === undefined) return { token: principal.keyHash };
  const members = [...teams.keys()];
  const whole = [...teams]
    .filter(([, { role, permissions }]) => role === 'admin' || permissions.includes('/key/list'))
    .map(([id]) => id);
  const { includeTeamKeys, includeCreatedByKeys, organizationId } = visibility;
  const asAdmin = organizationId !== undefined && administeredOrganizations.has(organizationId);
  const visible: Where[] = [{ userId }];
  if (includeTeamKeys || asAdmin) {
    visible.push({ teamId: { in: [...new Set([...whole, ...visibility.administeredTeamIds])] } });
    visible.push({ organizationId: { in: [...administeredOrganizations] } });
  }
  if (includeTeamKeys || includeCreatedByKeys) visible.push({ teamId: { in: members }, userId: null });
  if (includeCreatedByKeys) {
    visible.push({ createdBy: userId, OR: [{ teamId: null }, { teamId: { in: members } }] });
  }
  return { OR: visible };
}
