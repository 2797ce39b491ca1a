/** Reads the audit log: pages by filter, single entries, and the chain for its check and its export. */
import { Injectable } from '@nestjs/common';
import type { AuditEntry, Prisma } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import type { AuditHeadState, ChainSource } from './verify-chain.js';

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly total: number;
}

@Injectable()
export class AuditRepository implements ChainSource {
  constructor(private readonly database: DatabaseService) {}

  find(sequence: bigint): Promise<AuditEntry | null> {
    return this.database.run((client) => client.auditEntry.findUnique({ where: { sequence } }));
  }

  page(
    where: Prisma.AuditEntryWhereInput,
    orderBy: Prisma.AuditEntryOrderByWithRelationInput[],
    { skip, take }: { skip: number; take: number },
  ): Promise<AuditPage> {
    return this.database.run(async (client) => ({
      total: await client.auditEntry.count({ where }),
      entries: await client.auditEntry.findMany({ where, orderBy, skip, take }),
    }));
  }

  head(): Promise<AuditHeadState | null> {
    return this.database.run((client) => client.auditHead.findUnique({ where: { id: 1 } }));
  }

  readAfter(sequence: bigint, limit: number): Promise<readonly AuditEntry[]> {
    return this.database.run((client) =>
      client.auditEntry.findMany({ where: { sequence: { gt: sequence } }, orderBy: { sequence: 'asc' }, take: limit }),
    );
  }
}
