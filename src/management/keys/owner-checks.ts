/** What holds for the owners of a key, and for fields that are not everybody's. Pure rules. */
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { UpdateKeyBody } from './key-bodies.dto.js';
import type { KeyOwnersFound } from './key-owners.service.js';

/**
 * A proxy admin may name users and teams that are not there (yet), as LiteLLM lets them. Whatever carries limits must exist.
 *
 * @throws GatewayError `invalid_request` that names the field
 */
export function checkOwners(scope: AccessScope, owners: KeyOwnersFound, { teamMustExist = false } = {}): void {
  const { ids, team, user, member, organization, project, budget } = owners;
  const isAdmin = scope.everything === 'write';
  if (ids.teamId !== null && !team && (teamMustExist || !isAdmin)) throw missing('team_id', 'There is no such team.');
  if (ids.userId !== null && !isAdmin) {
    // Whether there is a user who has nothing to do with the team is not the team's to know.
    if (team && !member) throw missing('user_id', `The team ${team.id} has no such member.`);
    if (!user) throw missing('user_id', 'There is no such user.');
  }
  if (ids.organizationId !== null) {
    if (!organization) throw missing('organization_id', 'There is no such organization.');
    if (team && team.organizationId !== null && team.organizationId !== ids.organizationId) {
      throw missing('organization_id', 'The team belongs to another organization.');
    }
  }
  if (ids.projectId !== null && (!project || (project.teamId !== null && project.teamId !== ids.teamId))) {
    throw missing(
      'project_id',
      ids.teamId === null
        ? 'There is no such project without a team: give its `team_id` too.'
        : 'The team has no such project.',
    );
  }
  if (ids.budgetId !== null && !budget) throw missing('budget_id', 'There is no such budget.');
}

/** Fields that only administrators set, by what they would do in other hands. */
export function checkPrivileges(
  scope: AccessScope,
  body: Pick<UpdateKeyBody, 'spend' | 'blocked' | 'budget_id'>,
  { isNew, isAdministered }: { isNew: boolean; isAdministered: boolean },
): void {
  if (scope.everything === 'write') return;
  if (body.budget_id != null) {
    throw reserved('budget_id', 'the budgets that several may share are theirs to see', 'proxy admins');
  }
  // A new key has spent nothing and is not blocked; to say so is to say nothing.
  if (isAdministered || (isNew && !body.spend)) return;
  if (body.spend != null) throw reserved('spend', 'a budget would begin anew');
  if (body.blocked === false && !isNew) throw reserved('blocked', 'a key would work again that was blocked');
}

function missing(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\`: ${reason}` } });
}

function reserved(param: string, risk: string, whom = 'administrators'): GatewayError {
  const reason = `\`${param}\` is set by ${whom} alone: ${risk}.`;
  return new GatewayError('forbidden', { param, facts: { reason } });
}
