/** Reads teams and what belongs to them, within a transaction or without one. */
import { Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import type { DatabaseClient, DeletedObject, Prisma, VirtualKey } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import type { TeamWithMembers } from './stored-team.js';

export interface TeamFilter {
  readonly userId?: string | undefined;
  /** Null for teams without one. */
  readonly organizationId?: string | null | undefined;
  readonly teamId?: string | undefined;
  /** A part of the alias. */
  readonly alias?: string | undefined;
  /** An id, or a part of an alias. */
  readonly search?: string | undefined;
  readonly searchesIdPrefix?: boolean;
}

export interface PageOf {
  readonly page: number;
  readonly pageSize: number;
}

export const teamSorts = {
  team_id: 'id',
  team_alias: 'alias',
  created_at: 'createdAt',
  updated_at: 'updatedAt',
  organization_id: 'organizationId',
} as const satisfies Record<string, keyof Prisma.TeamOrderByWithRelationInput>;

export interface TeamOrder {
  readonly by: keyof typeof teamSorts;
  readonly direction: 'asc' | 'desc';
}

const members = { orderBy: [{ createdAt: 'asc' }, { userId: 'asc' }] } satisfies Prisma.Team$membersArgs;

@Injectable()
export class TeamRepository {
  constructor(private readonly database: DatabaseService) {}

  read<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T> {
    return this.database.run(work);
  }

  find(client: DatabaseClient, id: string): Promise<TeamWithMembers | null> {
    return client.team.findUnique({ where: { id }, include: { members } });
  }

  findAll(client: DatabaseClient, ids: readonly string[]): Promise<TeamWithMembers[]> {
    const orderBy = [{ createdAt: 'asc' as const }, { id: 'asc' as const }];
    return client.team.findMany({ where: { id: { in: [...ids] } }, include: { members }, orderBy });
  }

  /** The teams that a caller sees, and how many there are. */
  async page(
    client: DatabaseClient,
    scope: AccessScope,
    filter: TeamFilter,
    order: TeamOrder,
    { page, pageSize }: PageOf,
  ): Promise<{ readonly teams: TeamWithMembers[]; readonly total: number }> {
    const where = { AND: [visibleTo(scope), this.#matching(filter)] };
    const orderBy = [{ [teamSorts[order.by]]: order.direction }, { id: 'asc' as const }];
    const range = { skip: (page - 1) * pageSize, take: pageSize };
    return {
      total: await client.team.count({ where }),
      teams: await client.team.findMany({ where, orderBy, ...range, include: { members } }),
    };
  }

  /** How many keys each of the teams has. */
  async countKeys(client: DatabaseClient, teamIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const groups = await client.virtualKey.groupBy({
      by: ['teamId'],
      where: { teamId: { in: [...teamIds] } },
      _count: { _all: true },
    });
    return new Map(groups.map(({ teamId, _count }) => [teamId ?? '', _count._all]));
  }

  /** @param userId of whom alone, where a caller does not see all keys */
  keysOf(client: DatabaseClient, teamId: string, userId: string | undefined, limit: number): Promise<VirtualKey[]> {
    return client.virtualKey.findMany({
      where: { teamId, ...(userId !== undefined && { userId }) },
      orderBy: [{ createdAt: 'asc' }, { token: 'asc' }],
      take: limit,
    });
  }

  async emailsOf(client: DatabaseClient, userIds: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    if (userIds.length === 0) return new Map();
    const where = { id: { in: [...new Set(userIds)] } };
    const users = await client.user.findMany({ where, select: { id: true, email: true } });
    return new Map(users.map(({ id, email }) => [id, email]));
  }

  async deleted(
    client: DatabaseClient,
    { page, pageSize }: PageOf,
  ): Promise<{ readonly rows: DeletedObject[]; readonly total: number }> {
    const where = { kind: 'team' };
    const orderBy = [{ deletedAt: 'desc' as const }, { id: 'asc' as const }];
    return {
      total: await client.deletedObject.count({ where }),
      rows: await client.deletedObject.findMany({ where, orderBy, skip: (page - 1) * pageSize, take: pageSize }),
    };
  }

  #matching({ userId, organizationId, teamId, alias, search, searchesIdPrefix }: TeamFilter): Prisma.TeamWhereInput {
    const found = search !== undefined && {
      OR: [{ id: searchesIdPrefix === true ? { startsWith: search } : search }, { alias: this.#holding(search) }],
    };
    return {
      ...(userId !== undefined && { members: { some: { userId } } }),
      ...(organizationId !== undefined && { organizationId }),
      ...(teamId !== undefined && { id: teamId }),
      ...(alias !== undefined && { alias: this.#holding(alias) }),
      ...found,
    };
  }

  /** SQLite compares letters without their case by itself, and its client has no word for it. */
  #holding(text: string): Prisma.StringNullableFilter {
    const insensitive = this.database.dialect === 'postgres' ? { mode: 'insensitive' } : {};
    return { contains: text, ...insensitive };
  }
}

function visibleTo(scope: AccessScope): Prisma.TeamWhereInput {
  if (scope.everything !== 'none') return {};
  return {
    OR: [{ id: { in: [...scope.teams.keys()] } }, { organizationId: { in: [...scope.administeredOrganizations] } }],
  };
}
