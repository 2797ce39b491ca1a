/** Reads and writes tags. */
import { Injectable } from '@nestjs/common';
import type { Tag, TransactionClient } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';

@Injectable()
export class TagRepository {
  constructor(private readonly database: DatabaseService) {}

  find(tx: TransactionClient, name: string): Promise<Tag | null> {
    return tx.tag.findUnique({ where: { name } });
  }

  findMany(names: readonly string[]): Promise<Tag[]> {
    return this.database.run((client) =>
      client.tag.findMany({ where: { name: { in: [...names] } }, orderBy: { name: 'asc' } }),
    );
  }

  page(page: number, pageSize: number): Promise<Tag[]> {
    return this.database.run((client) =>
      client.tag.findMany({ orderBy: { name: 'asc' }, skip: (page - 1) * pageSize, take: pageSize }),
    );
  }

  /** Those whose last change was somebody's, but for some. */
  changedBy(tx: TransactionClient, by: string, but: readonly string[]): Promise<Tag[]> {
    return tx.tag.findMany({ where: { updatedBy: by, name: { notIn: [...but] } } });
  }

  create(tx: TransactionClient, name: string, description: string | null, by: string): Promise<Tag> {
    return tx.tag.create({ data: { name, description, models: [], createdBy: by, updatedBy: by } });
  }

  update(tx: TransactionClient, name: string, description: string | null | undefined, by: string): Promise<Tag> {
    return tx.tag.update({
      where: { name },
      data: { updatedBy: by, ...(description !== undefined && { description }) },
    });
  }

  async delete(tx: TransactionClient, name: string): Promise<void> {
    await tx.tag.delete({ where: { name } });
  }

  /** Names of tags that requests had within these days (UTC), in their order. */
  async usedBetween(start: string, end: string, most: number): Promise<readonly string[]> {
    const rows = await this.database.run((client) =>
      client.dailySpend.groupBy({
        by: ['entity'],
        where: { kind: 'tag', date: { gte: start, lte: end } },
        orderBy: { entity: 'asc' },
        take: most,
      }),
    );
    return rows.map(({ entity }) => entity);
  }
}
