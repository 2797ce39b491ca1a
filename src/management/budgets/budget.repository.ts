/** Reads and writes budgets: limits that several owners can share as a definition. */
import { Injectable } from '@nestjs/common';
import type { Budget, DatabaseClient, Prisma, TransactionClient } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import type { StoredLimits } from '../../limits/definitions/owner-limits.js';

@Injectable()
export class BudgetRepository {
  constructor(private readonly database: DatabaseService) {}

  find(id: string, client?: DatabaseClient): Promise<Budget | null> {
    const where = { where: { id } };
    return client ? client.budget.findUnique(where) : this.database.run((own) => own.budget.findUnique(where));
  }

  findMany(ids: readonly string[]): Promise<Budget[]> {
    return this.database.run((client) =>
      client.budget.findMany({ where: { id: { in: [...ids] } }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
    );
  }

  page(page: number, pageSize: number): Promise<Budget[]> {
    return this.database.run((client) =>
      client.budget.findMany({
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        skip: (page - 1) * pageSize,
        take: pageSize,
      }),
    );
  }

  create(tx: TransactionClient, id: string, limits: StoredLimits, by: string): Promise<Budget> {
    return tx.budget.create({ data: { id, limits: json(limits), createdBy: by, updatedBy: by } });
  }

  update(tx: TransactionClient, id: string, limits: StoredLimits, by: string): Promise<Budget> {
    return tx.budget.update({ where: { id }, data: { limits: json(limits), updatedBy: by } });
  }

  async delete(tx: TransactionClient, id: string): Promise<void> {
    await tx.budget.delete({ where: { id } });
  }

  /** Some of those who have it, in the order of their names. */
  async ownersOf(tx: TransactionClient, id: string, most: number): Promise<readonly string[]> {
    const rows = await tx.ownerLimits.findMany({
      where: { budgetId: id },
      orderBy: { owner: 'asc' },
      take: most,
      select: { owner: true },
    });
    return rows.map(({ owner }) => owner);
  }
}

function json(limits: StoredLimits): Prisma.InputJsonObject {
  return limits as unknown as Prisma.InputJsonObject;
}
