/** Takes a team out of the database with what hangs on it, within the transaction of whatever deletes it. */
import { Injectable } from '@nestjs/common';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { idOf, memberOwner, ownerOf } from '../../limits/definitions/owner.js';
import { removeKeys, type Removal } from '../deletions/remove-keys.js';
import { membersOf } from '../models/model.repository.js';
import { teamOf } from '../models/team-of-model.js';
import type { ManagementWrite } from '../writes/management-writes.service.js';
import { json, settingsOf, type TeamWithMembers } from './stored-team.js';
import { TeamViews } from './team-views.service.js';
import {
  budgetTopic,
  limitsTopic,
  memberTopic,
  modelsTopic,
  projectTopic,
  teamTopic,
} from '../../database/change-topics.js';

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
    await this.#removeModels(write, id);
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

  /** Nobody else may use them. */
  async #removeModels({ tx, audit, changed }: ManagementWrite, teamId: string): Promise<void> {
    const stored = await tx.configModel.findMany({ select: { id: true, modelName: true, modelInfo: true } });
    for (const { id, modelName, modelInfo } of stored) {
      if (teamOf(membersOf(modelInfo) ?? {}) !== teamId) continue;
      await tx.configModel.delete({ where: { id } });
      const before = { model_id: id, model_name: modelName, model_info: modelInfo };
      audit({ action: 'model.delete', objectKind: 'model', objectId: id, before });
      changed(modelsTopic, id);
    }
  }

  /** It was made for the members of this team; somebody may have given it to others since. */
  async #removeMemberBudget({ tx, changed }: ManagementWrite, id: string | undefined): Promise<void> {
    if (id === undefined || (await tx.ownerLimits.count({ where: { budgetId: id } })) > 0) return;
    await tx.budget.deleteMany({ where: { id } });
    changed(budgetTopic, id);
  }
}
