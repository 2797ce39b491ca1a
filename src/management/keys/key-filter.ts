/** Which keys a list shows: what was asked for, within what the caller may see. Pure. */
import type { AccessScope } from '../../auth/scope/access-scope.js';
import type { Prisma } from '../../database/database-client.js';
import type { KeyListQuery } from './key-queries.dto.js';

type Where = Prisma.VirtualKeyWhereInput;

/** How a database compares texts without regard to case: PostgreSQL has to be told. */
export type TextDialect = 'postgres' | 'sqlite';

export function containing(text: string, dialect: TextDialect): Prisma.StringNullableFilter {
  const filter = { contains: text };
  return dialect === 'postgres' ? ({ ...filter, mode: 'insensitive' } as Prisma.StringNullableFilter) : filter;
}

/** The filters of a query. */
export function keyFilter(query: KeyListQuery, isAdmin: boolean, now: Date, dialect: TextDialect): Where {
  const { user_id: user, key_alias: alias, substring_matching: bySubstring, search } = query;
  const isUser: Where | null =
    user === undefined ? null : { userId: bySubstring && isAdmin ? containing(user, dialect) : user };
  const ofUser: Where | null =
    isUser && query.include_created_by_keys && isAdmin ? { OR: [isUser, { createdBy: user ?? '' }] } : isUser;
  const parts: (Where | null | undefined | false)[] = [
    // Who sees a part of the keys alone is shown their own by that, and the teams' keys that they asked for beside them.
    isAdmin && ofUser,
    query.team_id !== undefined && { teamId: query.team_id },
    query.organization_id !== undefined && { organizationId: query.organization_id },
    query.project_id !== undefined && { projectId: query.project_id },
    query.key_hash !== undefined && { token: query.key_hash },
    alias !== undefined && { keyAlias: bySubstring ? containing(alias, dialect) : alias },
    search !== undefined && { OR: [{ token: search }, { keyAlias: containing(search, dialect) }] },
    query.expires !== undefined && lifeOf(query.expires, now),
    statusOf(query.status, now),
  ];
  return { AND: parts.filter((part) => part !== null && part !== undefined && part !== false) };
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
