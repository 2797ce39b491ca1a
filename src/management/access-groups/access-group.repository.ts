/** Reads access groups and shows them as answers do, within a transaction or without one. */
import { Injectable } from '@nestjs/common';
import type { AccessGroup, DatabaseClient, TransactionClient } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { modelsOf } from '../teams/stored-team.js';
import type { GroupAnswer, GroupListQuery } from './access-group.dto.js';
import { settingsOf } from './assignments.js';

/** Groups have an id and a name; either tells one. */
export type GroupKey = { readonly id: string } | { readonly name: string };

@Injectable()
export class AccessGroupRepository {
  constructor(private readonly database: DatabaseService) {}

  read<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T> {
    return this.database.run(work);
  }

  find(client: DatabaseClient, key: GroupKey): Promise<AccessGroup | null> {
    return client.accessGroup.findUnique({ where: key });
  }

  /** A write comes first: two changes of one group wait for each other. */
  async lock(tx: TransactionClient, key: GroupKey, by: string): Promise<AccessGroup | null> {
    await tx.accessGroup.updateMany({ where: key, data: { updatedBy: by } });
    return this.find(tx, key);
  }

  page(client: DatabaseClient, { page, page_size: take }: GroupListQuery): Promise<AccessGroup[]> {
    return client.accessGroup.findMany({
      orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
      skip: (page - 1) * take,
      take,
    });
  }

  /** Teams and keys that were deleted since are left out. */
  async views(client: DatabaseClient, groups: readonly AccessGroup[]): Promise<GroupAnswer[]> {
    const teamIds = groups.flatMap((group) => settingsOf(group).assigned_team_ids ?? []);
    const tokens = groups.flatMap((group) => settingsOf(group).assigned_key_ids ?? []);
    const teams = await client.team.findMany({
      where: { id: { in: [...new Set(teamIds)] } },
      select: { id: true, alias: true },
    });
    const keys = await client.virtualKey.findMany({
      where: { token: { in: [...new Set(tokens)] } },
      select: { token: true, keyAlias: true },
    });
    const teamNames = new Map(teams.map(({ id, alias }) => [id, alias]));
    const keyNames = new Map(keys.map(({ token, keyAlias }) => [token, keyAlias]));
    return groups.map((group) => groupView(group, teamNames, keyNames));
  }
}

type Names = ReadonlyMap<string, string | null>;

function groupView(group: AccessGroup, teamNames: Names, keyNames: Names): GroupAnswer {
  const { assigned_team_ids: teams = [], assigned_key_ids: keys = [] } = settingsOf(group);
  const assignedTeams = named(teams, teamNames);
  const assignedKeys = named(keys, keyNames);
  return {
    access_group_id: group.id,
    access_group_name: group.name,
    description: group.description,
    access_model_names: [...modelsOf(group)],
    assigned_team_ids: assignedTeams.map(({ id }) => id),
    assigned_key_ids: assignedKeys.map(({ id }) => id),
    assigned_teams: assignedTeams,
    assigned_keys: assignedKeys,
    access_mcp_server_ids: [],
    access_agent_ids: [],
    access_mcp_servers: [],
    access_agents: [],
    created_at: group.createdAt.toISOString(),
    created_by: group.createdBy,
    updated_at: group.updatedAt.toISOString(),
    updated_by: group.updatedBy,
  };
}

function named(ids: readonly string[], names: Names): { id: string; name: string | null }[] {
  return ids.filter((id) => names.has(id)).map((id) => ({ id, name: names.get(id) ?? null }));
}
