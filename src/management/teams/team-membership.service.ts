/** Puts users into a team and takes them out of it, within the transaction of a change. */
import { Injectable } from '@nestjs/common';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { idOf, memberOwner } from '../../limits/definitions/owner.js';
import type { LimitPatch } from '../../limits/definitions/owner-limits.js';
import { removeKeys, type Removal } from '../deletions/remove-keys.js';
import { getOrMakePerson, masterUserId, noAccessTo, type Person, type PersonName } from '../members/member-users.js';
import { joinOrganization } from '../members/organization-membership.js';
import { settingsOf } from './stored-team.js';
import { TeamLimits } from './team-limits.service.js';
import type { TeamChange } from './team-writes.service.js';
import { limitsTopic, memberTopic } from '../../database/change-topics.js';

export interface NewMember extends PersonName {
  readonly role: 'admin' | 'user';
}

/** What a member is given; absent: what the team gives to all. */
export interface MemberTerms {
  readonly limits: LimitPatch;
  readonly models?: readonly string[] | null | undefined;
}

@Injectable()
export class TeamMembership {
  constructor(
    private readonly limits: LimitDefinitions,
    private readonly teamLimits: TeamLimits,
  ) {}

  /**
   * @returns whom the request means; a user who is a member already is left as it is, and not among them
   * @throws GatewayError where a member may not be added
   */
  async add(change: TeamChange, members: readonly NewMember[], terms: MemberTerms): Promise<readonly Person[]> {
    const { write, actor, team, by } = change;
    const known = new Set(team.members.map(({ userId }) => userId));
    const added: Person[] = [];
    const mayChooseIds = by === 'proxy_admin';
    const within = mayChooseIds || team.organizationId === null ? undefined : [team.organizationId];
    for (const member of members) {
      const person = await getOrMakePerson(write, actor, member, { mayChooseIds, organizationIds: within });
      if (known.has(person.id)) continue;
      known.add(person.id);
      await this.#checkOrganization(change, person, member);
      await this.#enter(change, person, member.role, terms);
      added.push(person);
    }
    return added;
  }

  /** The member's keys within the team go with it. */
  async remove(change: TeamChange, userId: string, removal: Removal): Promise<readonly string[]> {
    const { write, team } = change;
    const owner = memberOwner(team.id, userId);
    const tokens = await removeKeys(write, this.limits, { teamId: team.id, userId }, removal);
    await this.limits.remove(write.tx, [owner]);
    await write.tx.teamMember.deleteMany({ where: { teamId: team.id, userId } });
    write.changed(memberTopic, idOf(owner));
    write.changed(limitsTopic, owner);
    return tokens;
  }

  async #enter(change: TeamChange, { id: userId }: Person, role: NewMember['role'], terms: MemberTerms): Promise<void> {
    const { write, team } = change;
    const models = terms.models ?? settingsOf(team).default_team_member_models ?? [];
    await write.tx.teamMember.create({ data: { teamId: team.id, userId, role, models: [...models] } });
    write.changed(memberTopic, idOf(memberOwner(team.id, userId)));
    await this.teamLimits.giveMemberDefaults(change, userId);
    await this.teamLimits.writeMember(change, userId, terms.limits, terms.models ?? undefined);
  }

  /** A team within an organization has no members from elsewhere; only its admins let somebody into the organization. */
  async #checkOrganization({ write, team, by }: TeamChange, { id: userId }: Person, name: PersonName): Promise<void> {
    const { organizationId } = team;
    if (organizationId === null || userId === masterUserId) return;
    if (by !== 'team_admin') return joinOrganization(write, organizationId, userId);
    const where = { organizationId_userId: { organizationId, userId } };
    if (await write.tx.organizationMember.findUnique({ where })) return;
    throw noAccessTo(name);
  }
}
