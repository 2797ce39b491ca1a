/** Makes teams: for proxy admins anywhere, for the admins of an organization within it. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { mayChangeOrganization } from '../../auth/scope/access-scope.js';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { followTeam } from '../access-groups/assignments.js';
import type { BlockLevel } from '../blocking/block-level.js';
import { masterUserId } from '../members/member-users.js';
import type { Actor } from '../writes/actor.js';
import { json } from './stored-team.js';
import type { TeamAnswer } from './team-answers.js';
import { TeamLimits } from './team-limits.service.js';
import { TeamMembership, type NewMember } from './team-membership.service.js';
import { memberDefaultsPatchOf, metadataAfter, settingsAfter, teamPatchOf } from './team-requests.js';
import { checkWritable } from './team-rules.js';
import { TEAM_POLICY, type ReadTeamPolicy, type TeamPolicy } from './team-policy.js';
import { TeamWrites } from './team-writes.service.js';
import type { NewTeamBody } from './team.dto.js';

@Injectable()
export class TeamCreation {
  constructor(
    private readonly scopes: AccessScopes,
    private readonly writes: TeamWrites,
    private readonly limits: TeamLimits,
    private readonly membership: TeamMembership,
    @Inject(TEAM_POLICY) private readonly policy: ReadTeamPolicy,
  ) {}

  async create(given: NewTeamBody, actor: Actor): Promise<TeamAnswer> {
    const policy = this.policy();
    const body = withDefaults(given, policy);
    const organizationId = body.organization_id ?? null;
    const by = founderIn(await this.scopes.of(actor.principal), organizationId);
    checkWritable(
      Object.keys(given).filter((field) => field !== 'organization_id' && given[field] != null),
      by,
    );
    const models = body.models ?? [];
    const settings = { ...settingsAfter({}, body), ...(body.blocked === true && { blocked_level: by }) };
    const data = {
      id: body.team_id ?? randomUUID(),
      alias: body.team_alias ?? null,
      organizationId,
      models,
      blocked: body.blocked ?? false,
      metadata: json(metadataAfter({}, body)),
      ...(body.team_member_permissions && { memberPermissions: body.team_member_permissions }),
      settings: json(settings),
      createdBy: actor.name,
      updatedBy: actor.name,
    };
    const { team } = await this.writes.create(actor, by, data, async (change) => {
      const aliased = Object.values(body.model_aliases ?? {});
      await this.limits.write(change, teamPatchOf(body), { models, aliased, organizationId, isNew: true });
      const budgetId = await this.limits.writeMemberDefaults(change, memberDefaultsPatchOf(body));
      const withBudget = { ...settings, team_member_budget_id: budgetId };
      const { id } = change.team;
      await followTeam(change.write, id, [], settings.access_group_ids ?? []);
      const row = await change.write.tx.team.update({ where: { id }, data: { settings: json(withBudget) } });
      const founded = { ...change, team: { ...row, members: [] } };
      await this.membership.add(founded, founders(body.members_with_roles ?? [], actor, policy), { limits: {} });
    });
    return team;
  }
}

function withDefaults(body: NewTeamBody, { defaults }: TeamPolicy): NewTeamBody {
  // Null does not get around a default; but a budget that never starts anew is asked for by it.
  const isMissing = (field: string): boolean =>
    field === 'budget_duration' ? body[field] === undefined : body[field] == null;
  const missing = Object.entries(defaults).filter(([field, value]) => value !== undefined && isMissing(field));
  return { ...body, ...Object.fromEntries(missing) };
}

/** @throws GatewayError `forbidden` for who administers neither the proxy nor the organization */
function founderIn(scope: AccessScope, organizationId: string | null): BlockLevel {
  if (scope.everything === 'write') return 'proxy_admin';
  if (organizationId !== null && mayChangeOrganization(scope, organizationId)) return 'org_admin';
  const reason =
    'Teams are made by proxy admins, and by the admins of an organization within it: name an `organization_id` that you administer.';
  throw new GatewayError('forbidden', { param: 'organization_id', facts: { reason } });
}

/** Who makes a team is its admin, unless a proxy admin is to stay out of it. */
function founders(members: readonly NewMember[], { principal }: Actor, policy: TeamPolicy): readonly NewMember[] {
  const userId = principal.isMaster === true ? masterUserId : principal.userId;
  const staysOut = principal.role === 'proxy_admin' && !policy.addsProxyAdmins;
  if (userId === undefined || staysOut || members.some(({ user_id }) => user_id === userId)) return members;
  return [...members, { user_id: userId, role: 'admin' }];
}
