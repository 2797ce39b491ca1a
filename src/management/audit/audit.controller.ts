/** The routes of the audit log; it is read, and never changed, over HTTP. */
import { Get, Param } from '@nestjs/common';
import type { z } from 'zod';
import { Audience } from '../../auth/audience.decorator.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Prisma } from '../../database/database-client.js';
import { Answers, CheckedQuery } from '../../http/json-body.js';
import { auditEntrySchema, auditEntryView, kindOfTable, whereAction } from './audit-entry-view.js';
import { auditPageSchema, auditQuerySchema, type AuditQuery } from './audit.dto.js';
import { AuditRepository } from './audit.repository.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController('audit')
export class AuditController {
  constructor(private readonly entries: AuditRepository) {}

  @Get()
  @Audience('admin_read')
  @Answers(auditPageSchema)
  async list(@CheckedQuery(auditQuerySchema) query: AuditQuery): Promise<z.output<typeof auditPageSchema>> {
    const { page, page_size: pageSize } = query;
    const { entries, total } = await this.entries.page(whereOf(query), orderOf(query), {
      skip: (page - 1) * pageSize,
      take: pageSize,
    });
    return {
      audit_logs: entries.map(auditEntryView),
      total,
      page,
      page_size: pageSize,
      total_pages: Math.ceil(total / pageSize),
    };
  }

  @Get(':sequence')
  @Audience('admin_read')
  @Answers(auditEntrySchema)
  async entry(@Param('sequence') given: string): Promise<z.output<typeof auditEntrySchema>> {
    const entry = /^[1-9]\d{0,17}$/.test(given) ? await this.entries.find(BigInt(given)) : null;
    if (entry) return auditEntryView(entry);
    const reason = 'There is no audit entry with this sequence.';
    throw new GatewayError('object_not_found', { param: 'sequence', facts: { reason } });
  }
}

function whereOf(query: AuditQuery): Prisma.AuditEntryWhereInput {
  const all: Prisma.AuditEntryWhereInput[] = [];
  if (query.action !== undefined) all.push(whereAction(query.action));
  if (query.table_name !== undefined) all.push({ objectKind: kindOfTable(query.table_name) });
  if (query.object_id !== undefined) all.push({ objectId: query.object_id });
  if (query.object_key_hash !== undefined) all.push({ objectKind: 'key', objectId: query.object_key_hash });
  if (query.changed_by !== undefined) all.push({ actor: query.changed_by });
  if (query.changed_by_api_key !== undefined) all.push({ actorKey: query.changed_by_api_key });
  if (query.start_date) all.push({ at: { gte: query.start_date } });
  if (query.end_date) all.push({ at: { lte: query.end_date } });
  return { AND: all };
}

const columns = {
  updated_at: 'at',
  id: 'sequence',
  sequence: 'sequence',
  action: 'action',
  table_name: 'objectKind',
  changed_by: 'actor',
  object_id: 'objectId',
} as const;

/** The sequence settles the order of equal ones, so that pages neither overlap nor leave gaps. */
function orderOf({ sort_by, sort_order }: AuditQuery): Prisma.AuditEntryOrderByWithRelationInput[] {
  const column = columns[sort_by];
  return column === 'sequence' ? [{ sequence: sort_order }] : [{ [column]: sort_order }, { sequence: sort_order }];
}
