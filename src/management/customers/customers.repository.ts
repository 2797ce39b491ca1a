/** Writes customers, and lists them. */
import { Injectable } from '@nestjs/common';
import type { CustomerSettingsColumn } from '../../auth/customers/customer.repository.js';
import type { Customer, DatabaseClient, Prisma, TransactionClient } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { containing } from '../wire/containing.js';

export interface CustomerFields {
  readonly alias?: string | null;
  readonly blocked?: boolean;
  readonly defaultModel?: string | null;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly settings?: CustomerSettingsColumn;
}

@Injectable()
export class CustomersRepository {
  constructor(private readonly database: DatabaseService) {}

  find(id: string, client?: DatabaseClient): Promise<Customer | null> {
    const where = { where: { id } };
    return client ? client.customer.findUnique(where) : this.database.run((own) => own.customer.findUnique(where));
  }

  findMany(client: DatabaseClient, ids: readonly string[]): Promise<Customer[]> {
    return client.customer.findMany({ where: { id: { in: [...ids] } }, orderBy: { id: 'asc' } });
  }

  page(page: number, pageSize: number, search: string | undefined): Promise<Customer[]> {
    const contains = search === undefined ? undefined : containing(search, this.database.dialect);
    return this.database.run((client) =>
      client.customer.findMany({
        ...(contains && { where: { OR: [{ id: contains }, { alias: contains }] } }),
        orderBy: { id: 'asc' },
        skip: (page - 1) * pageSize,
        take: pageSize,
      }),
    );
  }

  create(tx: TransactionClient, id: string, fields: CustomerFields, by: string): Promise<Customer> {
    return tx.customer.create({ data: { id, metadata: {}, ...dataOf(fields), createdBy: by, updatedBy: by } });
  }

  update(tx: TransactionClient, id: string, fields: CustomerFields, by: string): Promise<Customer> {
    return tx.customer.update({ where: { id }, data: { ...dataOf(fields), updatedBy: by } });
  }

  async delete(tx: TransactionClient, ids: readonly string[]): Promise<void> {
    await tx.customer.deleteMany({ where: { id: { in: [...ids] } } });
  }
}

function dataOf({ metadata, settings, ...columns }: CustomerFields) {
  return {
    ...columns,
    ...(metadata && { metadata: metadata as Prisma.InputJsonObject }),
    ...(settings && { settings: settings as Prisma.InputJsonObject }),
  };
}
