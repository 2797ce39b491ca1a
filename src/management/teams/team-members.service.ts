/** The members of a team: added, changed and taken out by those who administer it. */
import { Inject, Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import type { Clock } from '../../core/spec/clock.js';
import { memberTopic } from '../../database/change-topics.js';
import type { TeamMember } from '../../database/database-client.js';
import { idOf, memberOwner } from '../../limits/definitions/owner.js';
import type { StoredLimits } from '../../limits/definitions/owner-limits.js';
import { isEmptyPatch, limitPatchOf, storedLimitView } from '../limit-fields/limit-fields.js';
import { findPerson, type Person, type PersonName } from '../members/member-users.js';
import type { Actor } from '../writes/actor.js';
import { modelsOf } from './stored-team.js';
import type { MembershipAnswer, TeamAnswer } from './team-answers.js';
import { TeamLimits } from './team-limits.service.js';
import { TeamMembership, type MemberTerms, type NewMember } from './team-membership.service.js';
import { increaseEnd, termsOf } from './team-requests.js';
import type { Standing } from './team-rules.js';
import { TEAM_POLICY, type ReadTeamPolicy } from './team-policy.js';
import { TeamWrites, type TeamChange } from './team-writes.service.js';
import type { BulkMemberAddBody, MemberAddBody, MemberDeleteBody, MemberUpdateBody } from './team.dto.js';

/** How many `all_users` adds at most. */
const mostUsers = 500;

interface Added {
  readonly people: readonly Person[];
  readonly team: TeamAnswer;
}

@Injectable()
export class TeamMembersService {
  constructor(
    private readonly writes: TeamWrites,
    private readonly membership: TeamMembership,
    private readonly limits: TeamLimits,
    @Inject(TEAM_POLICY) private readonly policy: ReadTeamPolicy,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async add(body: MemberAddBody, actor: Actor, viewsOf: MembershipViews): Promise<Record<string, unknown>> {
    const { people, team, memberships } = await this.#add(body.team_id, body.member, termsOf(body), actor, viewsOf);
    if (people.length === 0) {
      const reason = 'Everybody named is a member of the team already.';
      throw new GatewayError('invalid_request', { param: 'member', facts: { reason } });
    }
    return { ...team, updated_users: people.map(userView), updated_team_memberships: memberships };
  }

  /** All of them in one transaction; who is a member already is told so. */
  async addMany(body: BulkMemberAddBody, actor: Actor): Promise<Record<string, unknown>> {
    const named = body.members ?? [];
    if (body.all_users === true ? actor.principal.role !== 'proxy_admin' : named.length === 0) {
      throw body.all_users === true
        ? new GatewayError('forbidden', { param: 'all_users', facts: { reason: 'Proxy admins alone add all users.' } })
        : new GatewayError('invalid_request', { param: 'members', facts: { reason: '`members` names nobody.' } });
    }
    const done = await this.writes.change(actor, 'team.bulk_member_add', body.team_id, async (change) => {
      const members = body.all_users === true ? await everybody(change) : named;
      const results = [];
      for (const member of members) {
        const [person] = await this.membership.add(change, [member], termsOf(body));
        results.push(resultOf(member, person));
      }
      return results;
    });
    const successes = done.result.filter(({ success }) => success).length;
    return {
      team_id: body.team_id,
      results: done.result,
      total_requested: done.result.length,
      successful_additions: successes,
      failed_additions: done.result.length - successes,
      updated_team: done.team,
    };
  }

  async update(body: MemberUpdateBody, actor: Actor): Promise<Record<string, unknown>> {
    const patch = limitPatchOf(
      {
        max_budget: body.max_budget_in_team,
        budget_duration: body.budget_duration,
        tpm_limit: body.tpm_limit,
        rpm_limit: body.rpm_limit,
        model_max_budget: body.model_max_budget,
        temp_budget_increase: body.temp_budget_increase,
        temp_budget_expiry: body.temp_budget_expiry,
      },
      increaseEnd(new Date(this.clock.now())),
    );
    const { result } = await this.writes.change(actor, 'team.member_update', body.team_id, async (change) => {
      const { write, team, by } = change;
      const member = await memberNamed(change, body);
      const { userId } = member;
      const models = body.allowed_models === undefined ? modelsOf(member) : (body.allowed_models ?? []);
      const grants = !isEmptyPatch(patch) || body.allowed_models !== undefined;
      if (by === 'team_admin' && grants && userId === actor.principal.userId) throw ownLimits();
      const role = body.role ?? member.role;
      const where = { teamId_userId: { teamId: team.id, userId } };
      await write.tx.teamMember.update({ where, data: { role, models: [...models] } });
      const asked = body.allowed_models === undefined ? undefined : models;
      const limits = await this.limits.writeMember(change, userId, patch, asked);
      write.changed(memberTopic, idOf(memberOwner(team.id, userId)));
      const user = await write.tx.user.findUnique({ where: { id: userId }, select: { email: true } });
      return memberView({ ...member, role }, user?.email ?? null, limits, models);
    });
    return result;
  }

  async remove(body: MemberDeleteBody, actor: Actor): Promise<TeamAnswer> {
    const removal = { by: actor.name, at: new Date(this.clock.now()) };
    const { team } = await this.writes.change(actor, 'team.member_delete', body.team_id, async (change) => {
      const { userId } = await memberNamed(change, body);
      await this.membership.remove(change, userId, removal);
    });
    return team;
  }

  async #add(
    teamId: string,
    members: readonly NewMember[],
    terms: MemberTerms,
    actor: Actor,
    viewsOf: MembershipViews,
  ): Promise<Added & { readonly memberships: readonly MembershipAnswer[] }> {
    const joins = (scope: AccessScope, standing: Standing): boolean =>
      standing === 'stranger' && this.#joinsByThemselves(scope, teamId, members, terms);
    const { result, team } = await this.writes.change(
      actor,
      'team.member_add',
      teamId,
      async (change) => {
        const people = await this.membership.add(change, members, terms);
        const where = { teamId, userId: { in: people.map(({ id }) => id) } };
        const rows = await change.write.tx.teamMember.findMany({ where, orderBy: { userId: 'asc' } });
        return { people, memberships: await viewsOf(change, rows) };
      },
      joins,
    );
    return { ...result, team };
  }

  /** A user may join a team that the operator has opened, as nothing but a member. */
  #joinsByThemselves(
    { principal, userId }: AccessScope,
    teamId: string,
    members: readonly NewMember[],
    { limits, models }: MemberTerms,
  ): boolean {
    const [self, ...others] = members;
    return (
      principal.role === 'internal_user' &&
      this.policy().available.includes(teamId) &&
      userId !== undefined &&
      others.length === 0 &&
      self?.user_id === userId &&
      self.role === 'user' &&
      isEmptyPatch(limits) &&
      models == null
    );
  }
}

export type MembershipViews = (change: TeamChange, rows: readonly TeamMember[]) => Promise<readonly MembershipAnswer[]>;

async function everybody({ write }: TeamChange): Promise<readonly NewMember[]> {
  const users = await write.tx.user.findMany({ orderBy: { id: 'asc' }, take: mostUsers + 1, select: { id: true } });
  if (users.length > mostUsers) {
    const reason = `There are more than ${mostUsers} users. Name them in \`members\`, ${mostUsers} at a time.`;
    throw new GatewayError('invalid_request', { param: 'all_users', facts: { reason } });
  }
  return users.map(({ id }) => ({ user_id: id, role: 'user' }));
}

/** @throws GatewayError `invalid_request` for who is no member */
async function memberNamed({ write, team }: TeamChange, name: PersonName): Promise<TeamMember> {
  const person = name.user_id == null || name.user_email != null ? await findPerson(write.tx, name) : null;
  const userId = person?.id ?? name.user_id;
  const member = team.members.find((each) => each.userId === userId);
  if (member) return member;
  const reason = 'This user is no member of the team.';
  throw new GatewayError('invalid_request', {
    param: name.user_id == null ? 'user_email' : 'user_id',
    facts: { reason },
  });
}

function ownLimits(): GatewayError {
  const reason = 'Nobody changes their own limits in a team. Ask another admin of it.';
  return new GatewayError('forbidden', { param: 'user_id', facts: { reason } });
}

function userView({ id, email, role }: Person): Record<string, unknown> {
  return { user_id: id, user_email: email, user_role: role };
}

function resultOf(
  { user_id, user_email }: NewMember,
  person: Person | undefined,
): Record<string, unknown> & { readonly success: boolean } {
  const named = { user_id: person?.id ?? user_id ?? null, user_email: person?.email ?? user_email ?? null };
  if (!person) return { ...named, success: false, error: 'Is a member of the team already.', updated_user: null };
  return { ...named, success: true, error: null, updated_user: userView(person) };
}

function memberView(
  { teamId, userId, role }: TeamMember,
  email: string | null,
  limits: StoredLimits,
  models: readonly string[],
): Record<string, unknown> {
  const { model_max_budget } = storedLimitView(limits);
  const increase = limits.temp_budget_increase;
  return {
    team_id: teamId,
    user_id: userId,
    user_email: email,
    role,
    max_budget_in_team: limits.max_budget === undefined ? null : usdFromNanos(BigInt(limits.max_budget)),
    tpm_limit: limits.tpm_limit ?? null,
    rpm_limit: limits.rpm_limit ?? null,
    budget_duration: limits.budget_duration ?? null,
    allowed_models: models,
    temp_budget_increase: increase === undefined ? null : usdFromNanos(BigInt(increase)),
    temp_budget_expiry: limits.temp_budget_expiry ?? null,
    model_max_budget,
  };
}
