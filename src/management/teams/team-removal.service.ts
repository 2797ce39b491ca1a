/** Takes a team out of the database with what hangs on it, within the transaction of whatever deletes it. */
import { Injectable } from '@nestjs/common';
import { LimitDefinitions, limitsTopic } from '../../limits/definitions/limit-definitions.service.js';
import { idOf, memberOwner, ownerOf } from '../../limits/definitions/owner.js';
import { removeKeys, type Removal } from '../deletions/remove-keys.js';
import type { ManagementWrite } from '../writes/management-writes.service.js';
import { json, memberTopic, settingsOf, teamTopic, type TeamWithMembers } from './stored-team.js';
import { budgetTopic } from './team-limits.service.js';
import { TeamViews } from './team-views.service.js';

/** The feed topic of a project; its key is the project's id. */
const projectTopic = 'project';

@Injectable()
export class TeamRemoval {
  constructor(
    private readonly limits: LimitDefinitions,
    private readonly views: TeamViews,
  ) {}

  /** @returns how many keys went with it */
  async remove(write: ManagementWrite, team: TeamWithMembers, removal: Removal): Promise<number> {
    const { tx, audit, changed } = write;
    const { id } = team;
    const before = await this.views.one(tx, team);
    const tokens = await removeKeys(write, this.limits, { teamId: id }, removal);
    await tx.deletedObject.create({
      data: {
        kind: 'team',
        id,
        alias: team.alias,
        data: json(before),
        deletedAt: removal.at,
        deletedBy: removal.by,
      },
    });
    const members = team.members.map(({ userId }) => memberOwner(id, userId));
    await this.limits.remove(tx, [ownerOf('team', id), ...members]);
    const projects = await tx.project.findMany({ where: { teamId: id }, select: { id: true } });
    await tx.project.updateMany({ where: { teamId: id }, data: { teamId: null } });
    await tx.teamMember.deleteMany({ where: { teamId: id } });
    await tx.team.delete({ where: { id } });
    await this.#removeMemberBudget(write, settingsOf(team).team_member_budget_id);
    audit({ action: 'team.delete', objectKind: 'team', objectId: id, before });
    changed(teamTopic, id);
    for (const owner of [ownerOf('team', id), ...members]) changed(limitsTopic, owner);
    for (const owner of members) changed(memberTopic, idOf(owner));
    for (const project of projects) changed(projectTopic, project.id);
    return tokens.length;
  }

  /** It was made for the members of this team; somebody may have given it to others since. */
  async #removeMemberBudget({ tx, changed }: ManagementWrite, id: string | undefined): Promise<void> {
    if (id === undefined || (await tx.ownerLimits.count({ where: { budgetId: id } })) > 0) return;
    await tx.budget.deleteMany({ where: { id } });
    changed(budgetTopic, id);
  }
}
