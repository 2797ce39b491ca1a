/** Reads and writes users, with what they belong to. */
import { Injectable } from '@nestjs/common';
import { emailKeyOf } from '../../auth/email-key.js';
import type { DatabaseClient, Prisma, TransactionClient, User } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import type { UserTarget } from './user-rules.js';

/** LiteLLM's name of whoever has the master key. */
const masterUserId = 'default_user_id';

export interface UserTeam {
  readonly id: string;
  readonly role: string;
  readonly organizationId: string | null;
}

/** A user with all that it belongs to. */
export interface KnownUser extends UserTarget {
  readonly row: User;
  readonly teams: readonly UserTeam[];
  readonly memberships: readonly { readonly organizationId: string; readonly role: string }[];
}

export interface UserFields {
  readonly email?: string | null;
  readonly alias?: string | null;
  readonly role?: string;
  readonly passwordHash?: string;
  readonly ssoUserId?: string | null;
  readonly models?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly blocked?: boolean;
}

@Injectable()
export class UserRepository {
  constructor(private readonly database: DatabaseService) {}

  async find(id: string, client?: DatabaseClient): Promise<KnownUser | null> {
    const [user] = await this.findMany([id], client);
    return user ?? null;
  }

  findMany(ids: readonly string[], client?: DatabaseClient): Promise<KnownUser[]> {
    return client ? knownUsers(client, ids) : this.database.run((own) => knownUsers(own, ids));
  }

  /** Those of the teams that are there. */
  async existingTeams(ids: readonly string[]): Promise<string[]> {
    const where = { id: { in: [...ids] } };
    const rows = await this.database.run((client) => client.team.findMany({ where, select: { id: true } }));
    return rows.map(({ id }) => id);
  }

  async findIdByEmail(email: string): Promise<string | null> {
    const where = { emailKey: emailKeyOf(email) };
    const row = await this.database.run((client) => client.user.findUnique({ where, select: { id: true } }));
    return row?.id ?? null;
  }

  /** Whether anything belongs to a user of this id, declared or not: the master key's own user never is. */
  async isNamed(tx: TransactionClient, id: string): Promise<boolean> {
    const where = { userId: id };
    if (id === masterUserId) return true;
    const found = [
      await tx.virtualKey.findFirst({ where, select: { token: true } }),
      await tx.teamMember.findFirst({ where, select: { teamId: true } }),
      await tx.organizationMember.findFirst({ where, select: { organizationId: true } }),
    ];
    return found.some((row) => row !== null);
  }

  create(tx: TransactionClient, id: string, fields: UserFields & { readonly role: string }, by: string): Promise<User> {
    const data = { models: [], metadata: {}, ...dataOf(fields), role: fields.role };
    return tx.user.create({ data: { id, ...data, createdBy: by, updatedBy: by } });
  }

  update(tx: TransactionClient, id: string, fields: UserFields, by: string): Promise<User> {
    return tx.user.update({ where: { id }, data: { ...dataOf(fields), updatedBy: by } });
  }

  async addToTeam(tx: TransactionClient, teamId: string, userId: string, role: string): Promise<void> {
    await tx.teamMember.create({ data: { teamId, userId, role } });
  }

  async addToOrganization(tx: TransactionClient, organizationId: string, userId: string): Promise<void> {
    await tx.organizationMember.create({ data: { organizationId, userId, role: 'internal_user' } });
  }

  /** The user's row, its memberships and its invitations; keys and limits are others' to delete. */
  async delete(tx: TransactionClient, userId: string): Promise<void> {
    const where = { userId };
    await tx.invitation.deleteMany({ where });
    await tx.teamMember.deleteMany({ where });
    await tx.organizationMember.deleteMany({ where });
    await tx.user.delete({ where: { id: userId } });
  }
}

async function knownUsers(client: DatabaseClient, ids: readonly string[]): Promise<KnownUser[]> {
  const userId = { in: [...ids] };
  const rows = await client.user.findMany({ where: { id: userId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
  if (rows.length === 0) return [];
  const [inTeams, inOrganizations] = [
    await client.teamMember.findMany({
      where: { userId },
      include: { team: { select: { organizationId: true } } },
      orderBy: { teamId: 'asc' },
    }),
    await client.organizationMember.findMany({ where: { userId }, orderBy: { organizationId: 'asc' } }),
  ];
  const teams = Map.groupBy(inTeams, (member) => member.userId);
  const organizations = Map.groupBy(inOrganizations, (member) => member.userId);
  return rows.map((row) => {
    const memberships = organizations.get(row.id) ?? [];
    return {
      id: row.id,
      role: row.role,
      row,
      teams: (teams.get(row.id) ?? []).map(({ teamId, role, team }) => ({
        id: teamId,
        role,
        organizationId: team.organizationId,
      })),
      memberships,
      organizations: memberships.map(({ organizationId }) => organizationId),
    };
  });
}

function dataOf({ email, models, metadata, ...columns }: UserFields) {
  return {
    ...columns,
    ...(email !== undefined && { email, emailKey: email == null ? null : emailKeyOf(email) }),
    ...(models && { models: [...models] }),
    ...(metadata && { metadata: metadata as Prisma.InputJsonObject }),
  };
}
