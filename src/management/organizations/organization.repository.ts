/** Reads organizations and shows them as answers do, within a transaction or without one. */
import { Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import type {
  DatabaseClient,
  Organization,
  OrganizationMember,
  Prisma,
  TransactionClient,
} from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { LimitDefinitions, type OwnerState } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf } from '../../limits/definitions/owner.js';
import { limitView } from '../limit-fields/limit-fields.js';
import { budgetTableOf } from '../limit-fields/limit-answers.js';
import type { OrganizationAnswer, OrganizationListQuery, OrganizationMemberAnswer } from './organization.dto.js';

export type OrganizationWithMembers = Organization & { readonly members: readonly OrganizationMember[] };

const members = { orderBy: [{ createdAt: 'asc' }, { userId: 'asc' }] } satisfies Prisma.Organization$membersArgs;

@Injectable()
export class OrganizationRepository {
  constructor(
    private readonly database: DatabaseService,
    private readonly limits: LimitDefinitions,
  ) {}

  read<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T> {
    return this.database.run(work);
  }

  find(client: DatabaseClient, id: string): Promise<OrganizationWithMembers | null> {
    return client.organization.findUnique({ where: { id }, include: { members } });
  }

  /** A write comes first: two changes of one organization wait for each other. */
  async lock(tx: TransactionClient, id: string, by: string): Promise<OrganizationWithMembers | null> {
    await tx.organization.updateMany({ where: { id }, data: { updatedBy: by } });
    return this.find(tx, id);
  }

  page(client: DatabaseClient, scope: AccessScope, query: OrganizationListQuery): Promise<OrganizationWithMembers[]> {
    const { org_id: id, org_alias: alias, page, page_size: take } = query;
    const insensitive = this.database.dialect === 'postgres' ? { mode: 'insensitive' } : {};
    const visible: Prisma.OrganizationWhereInput =
      scope.everything === 'none' ? { id: { in: [...scope.organizations] } } : {};
    const asked: Prisma.OrganizationWhereInput = {
      ...(id !== undefined && { id }),
      ...(alias !== undefined && { alias: { contains: alias, ...insensitive } }),
    };
    return client.organization.findMany({
      where: { AND: [visible, asked] },
      include: { members },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      skip: (page - 1) * take,
      take,
    });
  }

  async views(client: DatabaseClient, rows: readonly Organization[]): Promise<OrganizationAnswer[]> {
    const states = await this.limits.read(
      client,
      rows.map(({ id }) => ownerOf('organization', id)),
    );
    return rows.map((row) => organizationView(row, states.get(ownerOf('organization', row.id)) as OwnerState));
  }

  async memberViews(client: DatabaseClient, rows: readonly OrganizationMember[]): Promise<OrganizationMemberAnswer[]> {
    const where = { id: { in: rows.map(({ userId }) => userId) } };
    const users = rows.length === 0 ? [] : await client.user.findMany({ where, select: { id: true, email: true } });
    const emails = new Map(users.map(({ id, email }) => [id, email]));
    return rows.map(({ userId, organizationId, role, createdAt, updatedAt }) => ({
      user_id: userId,
      organization_id: organizationId,
      user_role: role,
      user_email: emails.get(userId) ?? null,
      created_at: createdAt.toISOString(),
      updated_at: updatedAt.toISOString(),
    }));
  }
}

function organizationView(row: Organization, state: OwnerState): OrganizationAnswer {
  return {
    organization_id: row.id,
    organization_alias: row.alias,
    models: row.models,
    metadata: row.metadata,
    ...limitView(state),
    litellm_budget_table: { ...budgetTableOf(state), created_at: row.createdAt.toISOString() },
    created_at: row.createdAt.toISOString(),
    created_by: row.createdBy,
    updated_at: row.updatedAt.toISOString(),
    updated_by: row.updatedBy,
  } as unknown as OrganizationAnswer;
}
