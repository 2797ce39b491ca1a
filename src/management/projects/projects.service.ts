/** Makes, changes, shows and deletes projects: parts of a team with limits of their own. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import type { Principal } from '../../auth/principal.js';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/clock.js';
import { projectTopic } from '../../database/change-topics.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { Project, Team, TransactionClient } from '../../database/database-client.js';
import { blockLevelAfter, checkMayUnblock, type BlockLevel } from '../blocking/block-level.js';
import { json } from '../teams/stored-team.js';
import { metadataAfter } from '../teams/team-requests.js';
import { administers, noAccessToTeam, standingIn, teamNotFound } from '../teams/team-rules.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites, type ManagementWrite } from '../writes/management-writes.service.js';
import { ProjectLimits } from './project-limits.service.js';
import type { NewProjectBody, ProjectAnswer, ProjectListQuery, UpdateProjectBody } from './project.dto.js';
import { ProjectRepository, settingsOf } from './project.repository.js';

@Injectable()
export class ProjectsService {
  constructor(
    private readonly writes: ManagementWrites,
    private readonly scopes: AccessScopes,
    private readonly projects: ProjectRepository,
    private readonly limits: ProjectLimits,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async create(body: NewProjectBody, actor: Actor): Promise<ProjectAnswer> {
    const scope = await this.scopes.of(actor.principal);
    const id = body.project_id ?? randomUUID();
    try {
      return await this.writes.run(actor, async (write) => {
        const { team, by } = await administeredTeam(write.tx, scope, body.team_id);
        checkBudgetId(body, by);
        const row = await write.tx.project.create({
          data: {
            id,
            alias: body.project_alias ?? null,
            teamId: team.id,
            models: body.models ?? [],
            blocked: body.blocked ?? false,
            metadata: json(metadataAfter({}, body)),
            settings: json({
              description: body.description ?? undefined,
              blocked_level: body.blocked === true ? by : undefined,
            }),
            createdBy: actor.name,
            updatedBy: actor.name,
          },
        });
        await this.limits.write(write, row, team, body, true);
        return this.#told(write, 'project.new', row, undefined);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason = `There is a project ${id} already. Choose another id.`;
      throw new GatewayError('conflict', { param: 'project_id', facts: { reason }, cause: error });
    }
  }

  /** To move a project, its caller has to administer both teams. */
  async update(body: UpdateProjectBody, actor: Actor): Promise<ProjectAnswer> {
    const scope = await this.scopes.of(actor.principal);
    const id = body.project_id;
    return this.writes.run(actor, async (write) => {
      const { tx } = write;
      const row = await this.projects.lock(tx, id, actor.name);
      if (!row) throw projectNotFound(scope, id);
      const { by } = await changeable(tx, scope, row);
      checkBudgetId(body, by);
      const moves = body.team_id !== undefined && body.team_id !== row.teamId;
      const team = moves
        ? (await administeredTeam(tx, scope, body.team_id ?? '')).team
        : row.teamId === null
          ? null
          : await tx.team.findUnique({ where: { id: row.teamId } });
      if (moves) await checkHasNoKeys(tx, id, 'moved');
      const [before] = await this.projects.views(tx, [row]);
      const after = await tx.project.update({ where: { id }, data: columnsAfter(row, body, by) });
      await this.limits.write(write, after, team, body, moves);
      return this.#told(write, 'project.update', after, before);
    });
  }

  /** All of them or none; a project that keys belong to is not deleted. */
  async delete(ids: readonly string[], actor: Actor): Promise<ProjectAnswer[]> {
    const scope = await this.scopes.of(actor.principal);
    const at = new Date(this.clock.now());
    return this.writes.run(actor, async (write) => {
      const { tx, audit, changed } = write;
      const deleted: ProjectAnswer[] = [];
      for (const id of new Set(ids)) {
        const row = await this.projects.lock(tx, id, actor.name);
        const [before] = row ? await this.projects.views(tx, [row]) : [];
        if (!row || !before) throw projectNotFound(scope, id);
        await checkHasNoKeys(tx, id, 'deleted');
        const data = { kind: 'project', id, alias: row.alias, data: json(before) };
        await tx.deletedObject.create({ data: { ...data, deletedAt: at, deletedBy: actor.name } });
        await this.limits.remove(write, id);
        await tx.project.delete({ where: { id } });
        audit({ action: 'project.delete', objectKind: 'project', objectId: id, before });
        changed(projectTopic, id);
        deleted.push(before);
      }
      return deleted;
    });
  }

  async info(id: string, principal: Principal): Promise<ProjectAnswer> {
    const scope = await this.scopes.of(principal);
    return this.projects.read(async (client) => {
      const row = await this.projects.find(client, id);
      if (!row) throw projectNotFound(scope, id);
      const team = row.teamId === null ? null : await client.team.findUnique({ where: { id: row.teamId } });
      if (scope.everything === 'none' && (!team || standingIn(scope, team) === 'stranger')) throw noAccessToProject(id);
      const [view] = await this.projects.views(client, [row]);
      return view as ProjectAnswer;
    });
  }

  async list(query: ProjectListQuery, principal: Principal): Promise<ProjectAnswer[]> {
    const scope = await this.scopes.of(principal);
    return this.projects.read(async (client) =>
      this.projects.views(client, await this.projects.page(client, scope, query)),
    );
  }

  async #told(
    { tx, audit, changed }: ManagementWrite,
    action: string,
    row: Project,
    before: ProjectAnswer | undefined,
  ): Promise<ProjectAnswer> {
    const [after] = await this.projects.views(tx, [row]);
    audit({ action, objectKind: 'project', objectId: row.id, before, after });
    changed(projectTopic, row.id);
    return after as ProjectAnswer;
  }
}

function columnsAfter(
  row: Project,
  body: UpdateProjectBody,
  by: BlockLevel,
): Parameters<TransactionClient['project']['update']>[0]['data'] {
  const { description, blocked_level: level } = settingsOf(row);
  const blockedBefore = row.blocked ? (level ?? 'proxy_admin') : undefined;
  if (body.blocked === false) checkMayUnblock(by, blockedBefore);
  return {
    ...(body.project_alias !== undefined && { alias: body.project_alias }),
    ...(body.team_id !== undefined && { teamId: body.team_id }),
    ...(body.models !== undefined && { models: body.models ?? [] }),
    ...(body.blocked != null && { blocked: body.blocked }),
    metadata: json(metadataAfter(row.metadata as Record<string, unknown>, body)),
    settings: json({
      description: body.description === undefined ? description : (body.description ?? undefined),
      blocked_level: body.blocked == null ? level : blockLevelAfter(body.blocked, by, blockedBefore),
    }),
  };
}

/** @throws GatewayError for a team that is missing, or that the caller does not administer */
async function administeredTeam(
  tx: TransactionClient,
  scope: AccessScope,
  id: string,
): Promise<{ readonly team: Team; readonly by: BlockLevel }> {
  const team = await tx.team.findUnique({ where: { id } });
  if (!team) throw teamNotFound(scope, id);
  const by = standingIn(scope, team);
  if (!administers(by)) throw noAccessToTeam(id);
  return { team, by };
}

/** @throws GatewayError `forbidden` for who does not administer the project's team */
async function changeable(
  tx: TransactionClient,
  scope: AccessScope,
  row: Project,
): Promise<{ readonly by: BlockLevel }> {
  if (scope.everything === 'write') return { by: 'proxy_admin' };
  const team = row.teamId === null ? null : await tx.team.findUnique({ where: { id: row.teamId } });
  const by = team && standingIn(scope, team);
  if (!by || !administers(by)) throw noAccessToProject(row.id);
  return { by };
}

/** @throws GatewayError `invalid_request` */
async function checkHasNoKeys(tx: TransactionClient, projectId: string, what: string): Promise<void> {
  const keys = await tx.virtualKey.count({ where: { projectId } });
  if (keys === 0) return;
  const reason = `The project ${projectId} has ${keys} key(s) and cannot be ${what}. Delete them, or move them to another project, first.`;
  throw new GatewayError('invalid_request', { param: 'project_id', facts: { reason } });
}

/** @throws GatewayError `forbidden`: budgets are shared by the whole proxy */
function checkBudgetId(body: { readonly budget_id?: string | null | undefined }, by: BlockLevel): void {
  if (body.budget_id === undefined || by === 'proxy_admin') return;
  const reason = '`budget_id` may be set by proxy admins alone. Leave it out.';
  throw new GatewayError('forbidden', { param: 'budget_id', facts: { reason } });
}

function projectNotFound(scope: AccessScope, id: string): GatewayError {
  if (scope.everything === 'none') return noAccessToProject(id);
  const reason = `Project not found, project_id=${id}`;
  return new GatewayError('object_not_found', { param: 'project_id', facts: { reason } });
}

function noAccessToProject(id: string): GatewayError {
  const reason = `You have no access to the project ${id}, or may not do this to it.`;
  return new GatewayError('forbidden', { param: 'project_id', facts: { reason } });
}
