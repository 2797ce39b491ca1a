/** Who may do what to a team: pure rules over the caller's access scope. */
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { mayChangeTeam, maySeeTeam } from '../../auth/scope/access-scope.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { BlockLevel } from '../blocking/block-level.js';

/** How a caller stands to a team; `viewer` sees all of it and changes nothing. */
export type Standing = BlockLevel | 'viewer' | 'member' | 'stranger';

export interface TeamPlace {
  readonly id: string;
  readonly organizationId: string | null;
}

export function standingIn(scope: AccessScope, { id, organizationId }: TeamPlace): Standing {
  if (scope.everything === 'write') return 'proxy_admin';
  if (scope.everything === 'read') return 'viewer';
  if (mayChangeTeam(scope, id, organizationId)) {
    return organizationId !== null && scope.administeredOrganizations.has(organizationId) ? 'org_admin' : 'team_admin';
  }
  if (!maySeeTeam(scope, id, organizationId)) return 'stranger';
  // Who administers a team and may only look, since their role in the proxy is a viewer's.
  return scope.teams.get(id)?.role === 'user' ? 'member' : 'viewer';
}

export function administers(standing: Standing): standing is BlockLevel {
  return standing === 'proxy_admin' || standing === 'org_admin' || standing === 'team_admin';
}

/** Fields that the admins of a team may change themselves; limits among them may fall and never rise. */
export const teamAdminFields: ReadonlySet<string> = new Set([
  'team_id',
  'team_alias',
  'metadata',
  'tags',
  'models',
  'blocked',
  'max_budget',
  'soft_budget',
  'tpm_limit',
  'rpm_limit',
  'tpd_limit',
  'max_parallel_requests',
  'model_rpm_limit',
  'model_tpm_limit',
  'team_member_budget',
  'team_member_budget_duration',
  'team_member_rpm_limit',
  'team_member_tpm_limit',
  'team_member_model_max_budget',
  'team_member_key_duration',
  'team_member_permissions',
  'default_team_member_models',
]);

/** Fields that proxy admins alone may set: they reach beyond one organization. */
export const proxyAdminFields: ReadonlySet<string> = new Set(['organization_id', 'budget_id', 'access_group_ids']);

/** @throws GatewayError `forbidden` that names the first field that the caller may not set */
export function checkWritable(fields: readonly string[], by: BlockLevel): void {
  if (by === 'proxy_admin') return;
  const closed = fields.find(
    (field) => proxyAdminFields.has(field) || (by === 'team_admin' && !teamAdminFields.has(field)),
  );
  if (closed === undefined) return;
  const who = proxyAdminFields.has(closed) ? 'proxy admins' : 'proxy admins and admins of the organization';
  const reason = `\`${closed}\` may be set by ${who} alone. Leave it out.`;
  throw new GatewayError('forbidden', { param: closed, facts: { reason } });
}

/** To a caller who sees everything a team is missing; to all others it is as closed as one that is there. */
export function teamNotFound(scope: AccessScope, teamId: string): GatewayError {
  if (scope.everything !== 'none') {
    const reason = `Team not found, passed team id: ${teamId}`;
    return new GatewayError('object_not_found', { param: 'team_id', facts: { reason } });
  }
  return noAccessToTeam(teamId);
}

export function noAccessToTeam(teamId: string): GatewayError {
  const reason = `You have no access to the team ${teamId}, or may not do this to it.`;
  return new GatewayError('forbidden', { param: 'team_id', facts: { reason } });
}
