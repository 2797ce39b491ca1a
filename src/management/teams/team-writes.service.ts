/** Changes of one team: locked, allowed, audited and told to all processes, in one transaction. */
import { Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { teamTopic } from '../../database/change-topics.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { Prisma } from '../../database/database-client.js';
import type { BlockLevel } from '../blocking/block-level.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites, type ManagementWrite } from '../writes/management-writes.service.js';
import type { TeamWithMembers } from './stored-team.js';
import type { TeamAnswer } from './team-answers.js';
import { administers, noAccessToTeam, standingIn, teamNotFound, type Standing } from './team-rules.js';
import { TeamViews } from './team-views.service.js';
import { TeamRepository } from './team.repository.js';

/** What the work of a change is given: the team as it is, its row locked until the transaction ends. */
export interface TeamChange {
  readonly write: ManagementWrite;
  readonly actor: Actor;
  readonly team: TeamWithMembers;
  readonly by: BlockLevel;
}

export interface Changed<T> {
  readonly result: T;
  /** As it is afterwards. */
  readonly team: TeamAnswer;
}

/** Says whether a caller who administers nothing of the team may do it all the same. */
export type Exception = (scope: AccessScope, standing: Standing, team: TeamWithMembers) => boolean;

@Injectable()
export class TeamWrites {
  constructor(
    private readonly writes: ManagementWrites,
    private readonly scopes: AccessScopes,
    private readonly teams: TeamRepository,
    private readonly views: TeamViews,
  ) {}

  /** @throws GatewayError `conflict` where the id is taken, and what `work` throws */
  create<T>(
    actor: Actor,
    by: BlockLevel,
    data: Prisma.TeamUncheckedCreateInput,
    work: (change: TeamChange) => Promise<T>,
  ): Promise<Changed<T>> {
    return this.#run(actor, 'team.new', async (write) => {
      await write.tx.team.create({ data });
      const team = await this.#get(write, data.id);
      const result = await work({ write, actor, team, by });
      return { result, id: data.id, before: undefined };
    });
  }

  /** @throws GatewayError `object_not_found` or `forbidden`, and what `work` throws */
  async change<T>(
    actor: Actor,
    action: string,
    id: string,
    work: (change: TeamChange) => Promise<T>,
    exception: Exception = () => false,
  ): Promise<Changed<T>> {
    const scope = await this.scopes.of(actor.principal);
    return this.#run(actor, action, async (write) => {
      const team = await this.#lock(write, scope, id, actor);
      const standing = standingIn(scope, team);
      const mayChange = administers(standing);
      if (!mayChange && !exception(scope, standing, team)) throw noAccessToTeam(id);
      const before = await this.views.one(write.tx, team);
      const result = await work({ write, actor, team, by: mayChange ? standing : 'team_admin' });
      return { result, id, before };
    });
  }

  async #run<T>(
    actor: Actor,
    action: string,
    work: (write: ManagementWrite) => Promise<{ result: T; id: string; before: TeamAnswer | undefined }>,
  ): Promise<Changed<T>> {
    try {
      return await this.writes.run(actor, async (write) => {
        const { result, id, before } = await work(write);
        const team = await this.views.one(write.tx, await this.#get(write, id));
        write.audit({ action, objectKind: 'team', objectId: id, before, after: team });
        write.changed(teamTopic, id);
        return { result, team };
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason = 'A team, a member or a user with this id or email exists already. Nothing was changed.';
      throw new GatewayError('conflict', { facts: { reason }, cause: error });
    }
  }

  /** A write comes first: two changes of one team wait for each other instead of undoing one another. */
  async #lock(write: ManagementWrite, scope: AccessScope, id: string, actor: Actor): Promise<TeamWithMembers> {
    await write.tx.team.updateMany({ where: { id }, data: { updatedBy: actor.name } });
    const team = await this.teams.find(write.tx, id);
    if (!team) throw teamNotFound(scope, id);
    return team;
  }

  async #get({ tx }: ManagementWrite, id: string): Promise<TeamWithMembers> {
    const team = await this.teams.find(tx, id);
    if (!team) throw new GatewayError('internal', { detail: `team ${id} is gone within its own transaction` });
    return team;
  }
}
