/** Reads virtual keys by their hash, with all that decides what they may do. */
import { Injectable } from '@nestjs/common';
import type { AccessGroup, DatabaseClient, VirtualKey } from '../database/database-client.js';
import { DatabaseService } from '../database/database.service.js';
import { keyRecordOf, type VirtualKeyRecord } from './key-record.js';
import { listedNames } from './key-model-access.js';
import { organizationOf, type KeyRows } from './key-rows.js';

/** A known key is served without the database; an unknown one is told to come back. Neither is to wait for long. */
const longestLookUpMs = 2_000;

@Injectable()
export class VirtualKeyRepository {
  constructor(private readonly database: DatabaseService) {}

  /** @throws GatewayError `database_unavailable` */
  async find(token: string): Promise<VirtualKeyRecord | null> {
    const rows = await this.database.run((client) => readKey(client, token), longestLookUpMs);
    return rows && keyRecordOf(rows);
  }

  /**
   * What a key would be that is in no table: for callers whom a token stands for.
   *
   * @throws GatewayError `database_unavailable`
   */
  async surround(key: VirtualKey): Promise<VirtualKeyRecord> {
    return keyRecordOf(await this.database.run((client) => withSurroundings(client, { key }), longestLookUpMs));
  }
}

async function readKey(client: DatabaseClient, token: string): Promise<KeyRows | null> {
  const found = await client.virtualKey.findUnique({ where: { token } });
  if (found) return withSurroundings(client, { key: found });
  const replaced = await client.replacedKey.findUnique({ where: { token } });
  if (!replaced) return null;
  const key = await client.virtualKey.findUnique({ where: { token: replaced.currentToken } });
  return key && withSurroundings(client, { key, replaced });
}

/** One round of look-ups by id beside each other, and another for what these name. */
async function withSurroundings(client: DatabaseClient, { key, replaced }: KeyRows): Promise<KeyRows> {
  const { userId, teamId, projectId } = key;
  const [user, team, member, project] = await Promise.all([
    userId === null ? null : client.user.findUnique({ where: { id: userId } }),
    teamId === null ? null : client.team.findUnique({ where: { id: teamId } }),
    teamId === null || userId === null
      ? null
      : client.teamMember.findUnique({ where: { teamId_userId: { teamId, userId } } }),
    projectId === null ? null : client.project.findUnique({ where: { id: projectId } }),
  ]);
  const organizationId = organizationOf(key, team);
  const organization =
    organizationId === null ? null : await client.organization.findUnique({ where: { id: organizationId } });
  const rows = { key, replaced, user, team, member, organization, project };
  const [accessGroups, deleted] = await Promise.all([namedGroups(client, rows), deletedOwners(client, rows)]);
  return { ...rows, accessGroups, deleted };
}

async function namedGroups(client: DatabaseClient, rows: KeyRows): Promise<readonly AccessGroup[]> {
  const { names, ids } = listedNames(rows);
  if (names.length + ids.length === 0) return [];
  return client.accessGroup.findMany({ where: { OR: [{ name: { in: [...names] } }, { id: { in: [...ids] } }] } });
}

/**
 * An id that no row has may be a mere label: keys could carry those before there were such rows. One whose row was
 * deleted takes the key with it.
 */
async function deletedOwners(
  client: DatabaseClient,
  { key, user, team, organization, project }: KeyRows,
): Promise<readonly { kind: string; id: string }[]> {
  const missing = [
    { kind: 'team', id: key.teamId, row: team },
    { kind: 'project', id: key.projectId, row: project },
    { kind: 'organization', id: organizationOf(key, team), row: organization },
    { kind: 'user', id: key.userId, row: user },
  ].flatMap(({ kind, id, row }) => (id === null || row ? [] : [{ kind, id }]));
  if (missing.length === 0) return [];
  return client.deletedObject.findMany({
    where: { OR: missing },
    select: { kind: true, id: true },
    orderBy: { deletedAt: 'asc' },
    take: 1,
  });
}
