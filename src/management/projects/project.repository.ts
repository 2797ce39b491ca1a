/** Reads projects and shows them as answers do, within a transaction or without one. */
import { Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import type { DatabaseClient, Prisma, Project, TransactionClient } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { LimitDefinitions, type OwnerState } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf } from '../../limits/definitions/owner.js';
import type { BlockLevel } from '../blocking/block-level.js';
import { limitView } from '../limit-fields/limit-fields.js';
import { budgetTableOf } from '../limit-fields/limit-answers.js';
import type { ProjectAnswer, ProjectListQuery } from './project.dto.js';

/** The column `settings`. */
export interface ProjectSettings {
  readonly description?: string;
  readonly blocked_level?: BlockLevel;
}

export function settingsOf({ settings }: Project): ProjectSettings {
  return (settings ?? {}) as ProjectSettings;
}

@Injectable()
export class ProjectRepository {
  constructor(
    private readonly database: DatabaseService,
    private readonly limits: LimitDefinitions,
  ) {}

  read<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T> {
    return this.database.run(work);
  }

  find(client: DatabaseClient, id: string): Promise<Project | null> {
    return client.project.findUnique({ where: { id } });
  }

  /** A write comes first: two changes of one project wait for each other. */
  async lock(tx: TransactionClient, id: string, by: string): Promise<Project | null> {
    await tx.project.updateMany({ where: { id }, data: { updatedBy: by } });
    return this.find(tx, id);
  }

  async page(client: DatabaseClient, scope: AccessScope, query: ProjectListQuery): Promise<Project[]> {
    const { team_id: teamId, page, page_size: take } = query;
    return client.project.findMany({
      where: { AND: [await visibleTo(client, scope), teamId === undefined ? {} : { teamId }] },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      skip: (page - 1) * take,
      take,
    });
  }

  async views(client: DatabaseClient, rows: readonly Project[]): Promise<ProjectAnswer[]> {
    const states = await this.limits.read(
      client,
      rows.map(({ id }) => ownerOf('project', id)),
    );
    return rows.map((row) => projectView(row, states.get(ownerOf('project', row.id)) as OwnerState));
  }
}

/** Of the caller's teams, and of those in organizations that the caller administers. */
async function visibleTo(client: DatabaseClient, scope: AccessScope): Promise<Prisma.ProjectWhereInput> {
  if (scope.everything !== 'none') return {};
  const organizationId = { in: [...scope.administeredOrganizations] };
  const within = await client.team.findMany({ where: { organizationId }, select: { id: true } });
  return { teamId: { in: [...new Set([...scope.teams.keys(), ...within.map(({ id }) => id)])] } };
}

function projectView(row: Project, state: OwnerState): ProjectAnswer {
  return {
    project_id: row.id,
    project_alias: row.alias,
    description: settingsOf(row).description ?? null,
    team_id: row.teamId,
    models: row.models,
    metadata: row.metadata,
    blocked: row.blocked,
    ...limitView(state),
    litellm_budget_table: budgetTableOf(state),
    created_at: row.createdAt.toISOString(),
    created_by: row.createdBy,
    updated_at: row.updatedAt.toISOString(),
    updated_by: row.updatedBy,
  } as unknown as ProjectAnswer;
}
