/** Changes what teams are: their fields, models, permissions, and whether they are blocked. */
import { Injectable } from '@nestjs/common';
import { followTeam } from '../access-groups/assignments.js';
import { blockLevelAfter, checkMayUnblock } from '../blocking/block-level.js';
import { masterUserId } from '../members/member-users.js';
import { joinOrganization } from '../members/organization-membership.js';
import type { Actor } from '../writes/actor.js';
import { json, modelsOf, settingsOf } from './stored-team.js';
import type { TeamAnswer } from './team-answers.js';
import { TeamLimits } from './team-limits.service.js';
import { memberDefaultsPatchOf, metadataAfter, settingsAfter, teamPatchOf } from './team-requests.js';
import { checkWritable } from './team-rules.js';
import { TeamWrites, type TeamChange } from './team-writes.service.js';
import type { PatchTeamBody } from './team.dto.js';
import { keyTopic } from '../../database/change-topics.js';

const allModels = 'all-proxy-models';

@Injectable()
export class TeamsService {
  constructor(
    private readonly writes: TeamWrites,
    private readonly limits: TeamLimits,
  ) {}

  async update(id: string, body: PatchTeamBody, actor: Actor): Promise<TeamAnswer> {
    const { team } = await this.writes.change(actor, 'team.update', id, (change) => this.#update(change, body));
    return team;
  }

  async setBlocked(id: string, blocked: boolean, actor: Actor): Promise<TeamAnswer> {
    const action = blocked ? 'team.block' : 'team.unblock';
    const { team } = await this.writes.change(actor, action, id, (change) => this.#update(change, { blocked }));
    return team;
  }

  /** A team with all models keeps them. */
  async addModels(id: string, models: readonly string[], actor: Actor): Promise<TeamAnswer> {
    const { team } = await this.writes.change(actor, 'team.model_add', id, (change) => {
      const before = modelsOf(change.team);
      const next = [...new Set([...(before.length === 0 ? [allModels] : before), ...models])];
      return this.#update(change, { models: next });
    });
    return team;
  }

  /** The last model does not go: an empty list stands for all models. */
  async removeModels(id: string, models: readonly string[], actor: Actor): Promise<TeamAnswer> {
    const { team } = await this.writes.change(actor, 'team.model_delete', id, (change) => {
      const left = modelsOf(change.team).filter((name) => !models.includes(name));
      const isNarrowed = left.length < modelsOf(change.team).length;
      return this.#update(change, { models: left.length === 0 && isNarrowed ? ['no-default-models'] : left });
    });
    return team;
  }

  async setPermissions(id: string, permissions: readonly string[], actor: Actor): Promise<TeamAnswer> {
    const { team } = await this.writes.change(actor, 'team.permissions_update', id, ({ write }) =>
      write.tx.team.update({ where: { id }, data: { memberPermissions: [...permissions] } }),
    );
    return team;
  }

  async #update(change: TeamChange, body: PatchTeamBody): Promise<void> {
    const { write, team, by } = change;
    const organizationId = body.organization_id === undefined ? team.organizationId : body.organization_id;
    const moves = organizationId !== team.organizationId;
    checkWritable(
      Object.keys(body).filter((field) => body[field] !== undefined && (field !== 'organization_id' || moves)),
      by,
    );
    const blocked = body.blocked ?? team.blocked;
    const models = body.models === undefined ? modelsOf(team) : (body.models ?? []);
    const settings = settingsAfter(settingsOf(team), body);
    const aliased = Object.values(settings.model_aliases ?? {});
    await this.limits.write(change, teamPatchOf(body), { models, aliased, organizationId });
    const budgetId = await this.limits.writeMemberDefaults(change, memberDefaultsPatchOf(body));
    const level = body.blocked == null ? settings.blocked_level : levelAfter(change, body.blocked);
    await write.tx.team.update({
      where: { id: team.id },
      data: {
        ...(body.team_alias !== undefined && { alias: body.team_alias }),
        organizationId,
        models: [...models],
        blocked,
        metadata: json(metadataAfter(team.metadata as Record<string, unknown>, body)),
        settings: json({ ...settings, blocked_level: level, team_member_budget_id: budgetId }),
      },
    });
    await followTeam(write, team.id, settingsOf(team).access_group_ids ?? [], settings.access_group_ids ?? []);
    if (moves) await this.#move(change, organizationId);
  }

  /** Members and keys move with their team. */
  async #move({ write, team }: TeamChange, organizationId: string | null): Promise<void> {
    const { tx, changed } = write;
    if (organizationId !== null) {
      for (const { userId } of team.members) {
        if (userId !== masterUserId) await joinOrganization(write, organizationId, userId);
      }
    }
    const where = { teamId: team.id, organizationId: { not: null } };
    const keys = await tx.virtualKey.findMany({ where, select: { token: true } });
    await tx.virtualKey.updateMany({ where, data: { organizationId } });
    for (const { token } of keys) changed(keyTopic, token);
  }
}

function levelAfter({ team, by }: TeamChange, blocked: boolean): ReturnType<typeof blockLevelAfter> {
  // A team that came blocked from elsewhere was blocked by somebody with all rights.
  const before = team.blocked ? (settingsOf(team).blocked_level ?? 'proxy_admin') : undefined;
  if (!blocked) checkMayUnblock(by, before);
  return blockLevelAfter(blocked, by, before);
}
