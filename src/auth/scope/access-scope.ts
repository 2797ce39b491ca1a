/** What of the organization a caller of the management API may see and change. Pure rules over what the database knows of the caller. */
import type { Principal } from '../principal.js';

export interface TeamMembership {
  readonly role: 'admin' | 'user';
  readonly organizationId: string | null;
  /** What members who are no admins may do there: routes such as `/key/generate`. */
  readonly permissions: readonly string[];
}

export interface AccessScope {
  readonly principal: Principal;
  /** Everything, for proxy admins; to look at, for proxy admin viewers. */
  readonly everything: 'write' | 'read' | 'none';
  /** The caller's own user. */
  readonly userId: string | undefined;
  /** The teams that the caller's user is a member of. */
  readonly teams: ReadonlyMap<string, TeamMembership>;
  /** Organizations whose admin the caller's user is. */
  readonly administeredOrganizations: ReadonlySet<string>;
  /** Organizations that the caller's user belongs to, those included. */
  readonly organizations: ReadonlySet<string>;
}

/** Whose an object is. */
export interface Ownership {
  readonly userId?: string | null | undefined;
  readonly teamId?: string | null | undefined;
  readonly organizationId?: string | null | undefined;
}

/** An object of the caller's own, of a team or organization that the caller administers; for a viewer, all of them. */
export function maySee(scope: AccessScope, { userId, teamId, organizationId }: Ownership): boolean {
  if (scope.everything !== 'none') return true;
  if (userId != null && userId === scope.userId) return true;
  if (teamId != null && administersTeam(scope, teamId, organizationId)) return true;
  return organizationId != null && scope.administeredOrganizations.has(organizationId);
}

/**
 * As `maySee`, for callers whose role changes things.
 *
 * @param permission the route that is called, such as `/key/update`: members of a team may do what its permissions list
 */
export function mayChange(scope: AccessScope, owned: Ownership, permission?: string): boolean {
  if (scope.everything === 'write') return true;
  if (isViewer(scope)) return false;
  if (permission !== undefined && owned.teamId != null) {
    if (scope.teams.get(owned.teamId)?.permissions.includes(permission)) return true;
    // A key within a team is the team's to change, also where it names its user.
    return administersTeam(scope, owned.teamId, owned.organizationId);
  }
  return maySee(scope, owned);
}

/** A team is seen by its members, and by the admins of its organization. */
export function maySeeTeam(scope: AccessScope, teamId: string, organizationId: string | null): boolean {
  return scope.everything !== 'none' || scope.teams.has(teamId) || administersTeam(scope, teamId, organizationId);
}

export function mayChangeTeam(scope: AccessScope, teamId: string, organizationId: string | null): boolean {
  return scope.everything === 'write' || (!isViewer(scope) && administersTeam(scope, teamId, organizationId));
}

export function maySeeOrganization(scope: AccessScope, organizationId: string): boolean {
  return scope.everything !== 'none' || scope.organizations.has(organizationId);
}

export function mayChangeOrganization(scope: AccessScope, organizationId: string): boolean {
  return scope.everything === 'write' || (!isViewer(scope) && scope.administeredOrganizations.has(organizationId));
}

function administersTeam(scope: AccessScope, teamId: string, organizationId: string | null | undefined): boolean {
  const membership = scope.teams.get(teamId);
  if (membership?.role === 'admin') return true;
  const within = organizationId ?? membership?.organizationId;
  return within != null && scope.administeredOrganizations.has(within);
}

function isViewer({ principal: { role } }: AccessScope): boolean {
  return role === 'proxy_admin_viewer' || role === 'internal_user_viewer' || role === 'customer' || role === 'team';
}
