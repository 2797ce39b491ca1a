/** Whose a stored model is, and who may change it. */
import { mayChangeTeam, type AccessScope } from '../../auth/scope/access-scope.js';
import type { Members } from './model.repository.js';

/** Null for a model that is for all. */
export function teamOf(info: Members): string | null {
  const teamId = info['team_id'];
  return typeof teamId === 'string' && teamId !== '' ? teamId : null;
}

/** What is for all is the proxy admins'; a team's own model is its admins' too. */
export function mayChangeModel(
  scope: AccessScope,
  team: { readonly id: string; readonly organizationId: string | null } | null,
): boolean {
  return team === null ? scope.everything === 'write' : mayChangeTeam(scope, team.id, team.organizationId);
}

/** Members that nobody but a proxy admin may set, of a team's own model: each lends something of the operator's, or stands for something else. */
export function reservedFor(params: Members, info: Members): string | null {
  if (params['litellm_credential_name'] != null) return 'litellm_params.litellm_credential_name';
  return info['id'] == null ? null : 'model_info.id';
}
