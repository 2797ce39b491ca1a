/** Teams, their members and their keys as answers show them, with the limits and the spend of each. */
import { Injectable } from '@nestjs/common';
import { usdFromNanos } from '../../core/pricing/money.js';
import type { DatabaseClient, TeamMember, VirtualKey } from '../../database/database-client.js';
import { LimitDefinitions, type OwnerState } from '../../limits/definitions/limit-definitions.service.js';
import { memberOwner, ownerOf, type Owner } from '../../limits/definitions/owner.js';
import { limitView } from '../limit-fields/limit-fields.js';
import { budgetTableOf } from '../limit-fields/limit-answers.js';
import { modelsOf, permissionsOf, settingsOf, type TeamWithMembers } from './stored-team.js';
import type { MembershipAnswer, TeamAnswer } from './team-answers.js';
import { TeamRepository } from './team.repository.js';

@Injectable()
export class TeamViews {
  constructor(
    private readonly teams: TeamRepository,
    private readonly limits: LimitDefinitions,
  ) {}

  async one(client: DatabaseClient, team: TeamWithMembers): Promise<TeamAnswer> {
    const [view] = await this.all(client, [team]);
    return view as TeamAnswer;
  }

  /** In the order in which they are given. */
  async all(client: DatabaseClient, teams: readonly TeamWithMembers[]): Promise<TeamAnswer[]> {
    const states = await this.limits.read(
      client,
      teams.map(({ id }) => ownerOf('team', id)),
    );
    const userIds = teams.flatMap(({ members }) => members.map(({ userId }) => userId));
    const emails = await this.teams.emailsOf(client, userIds);
    return teams.map((team) => teamView(team, states.get(ownerOf('team', team.id)) as OwnerState, emails));
  }

  async memberships(client: DatabaseClient, members: readonly TeamMember[]): Promise<MembershipAnswer[]> {
    const owner = ({ teamId, userId }: TeamMember): Owner => memberOwner(teamId, userId);
    const states = await this.limits.read(client, members.map(owner));
    return members.map((member) => membershipView(member, states.get(owner(member)) as OwnerState));
  }

  async keys(client: DatabaseClient, keys: readonly VirtualKey[]): Promise<Record<string, unknown>[]> {
    const states = await this.limits.read(
      client,
      keys.map(({ token }) => ownerOf('key', token)),
    );
    return keys.map((key) => keyView(key, states.get(ownerOf('key', key.token)) as OwnerState));
  }
}

function teamView(team: TeamWithMembers, state: OwnerState, emails: ReadonlyMap<string, string | null>): TeamAnswer {
  const { model_aliases, team_member_key_duration, default_team_member_models, access_group_ids } = settingsOf(team);
  return {
    team_id: team.id,
    team_alias: team.alias,
    organization_id: team.organizationId,
    members_with_roles: team.members.map(({ userId, role }) => ({
      user_id: userId,
      user_email: emails.get(userId) ?? null,
      role,
    })),
    team_member_permissions: permissionsOf(team),
    models: modelsOf(team),
    metadata: team.metadata,
    blocked: team.blocked,
    ...limitView(state),
    litellm_model_table: model_aliases
      ? { model_aliases, created_by: team.createdBy, updated_by: team.updatedBy }
      : null,
    team_member_key_duration: team_member_key_duration ?? null,
    default_team_member_models: default_team_member_models ?? null,
    access_group_ids: access_group_ids ?? [],
    created_at: team.createdAt.toISOString(),
    created_by: team.createdBy,
    updated_at: team.updatedAt.toISOString(),
    updated_by: team.updatedBy,
  } as unknown as TeamAnswer;
}

function membershipView({ userId, teamId, models }: TeamMember, state: OwnerState): MembershipAnswer {
  const allowed = modelsOf({ models });
  const hasLimits = state.budgetId !== null || Object.keys(state.effective).length > 0 || allowed.length > 0;
  return {
    user_id: userId,
    team_id: teamId,
    spend: usdFromNanos(state.spentNanos),
    budget_id: state.budgetId,
    budget_source: Object.keys(state.own).length > 0 ? 'custom' : state.budgetId === null ? 'none' : 'team_default',
    litellm_budget_table: hasLimits ? budgetTableOf(state, allowed) : null,
  } as unknown as MembershipAnswer;
}

function keyView(key: VirtualKey, state: OwnerState): Record<string, unknown> {
  return {
    token: key.token,
    key_name: key.keyName,
    key_alias: key.keyAlias,
    user_id: key.userId,
    team_id: key.teamId,
    project_id: key.projectId,
    models: modelsOf(key),
    metadata: key.metadata,
    blocked: key.blocked,
    expires: key.expires?.toISOString() ?? null,
    ...limitView(state),
    created_at: key.createdAt.toISOString(),
    created_by: key.createdBy,
    updated_at: key.updatedAt.toISOString(),
  };
}
