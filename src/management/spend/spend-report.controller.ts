/** The routes of the detailed reports: of everything that the caller may see, and of one key, user, team or organization. */
import { Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import type { Principal } from '../../auth/principal.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Prisma } from '../../database/database-client.js';
import { Answers, CheckedQuery } from '../../http/json-body.js';
import { inAskedForm, type CsvRow } from './csv.js';
import {
  keyReportAnswer,
  ownReportQuerySchema,
  reportAnswer,
  reportQuerySchema,
  type OwnReportQuery,
  type ReportQuery,
} from './global-spend.dto.js';
import { SpendReportService } from './spend-report.service.js';
import { SpendScopes } from './spend-scopes.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

type Column = 'userId' | 'teamId' | 'organizationId';

@ManagementController()
export class SpendReportController {
  constructor(
    private readonly reports: SpendReportService,
    private readonly scopes: SpendScopes,
  ) {}

  @Get('global/spend/report')
  @Audience('scoped_read')
  @Answers(reportAnswer, { csv: true })
  async global(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(reportQuerySchema) query: ReportQuery,
  ): Promise<object[] | string> {
    const report = await this.reports.global(await this.scopes.of(principalOf(request)), query);
    return inAskedForm(request, reply, report, flat);
  }

  @Get('user/spend/report')
  @Audience('scoped_read')
  @Answers(keyReportAnswer, { csv: true })
  ofUser(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(ownReportQuerySchema) query: OwnReportQuery,
  ): Promise<object[] | string> {
    return this.ofOwner(request, reply, query, { column: 'userId', named: 'user_id', own: 'userId' });
  }

  @Get('team/spend/report')
  @Audience('scoped_read')
  @Answers(keyReportAnswer, { csv: true })
  ofTeam(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(ownReportQuerySchema) query: OwnReportQuery,
  ): Promise<object[] | string> {
    return this.ofOwner(request, reply, query, { column: 'teamId', named: 'team_id', own: 'teamId' });
  }

  @Get('organization/spend/report')
  @Audience('scoped_read')
  @Answers(keyReportAnswer, { csv: true })
  ofOrganization(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(ownReportQuerySchema) query: OwnReportQuery,
  ): Promise<object[] | string> {
    const by = { column: 'organizationId', named: 'organization_id', own: 'organizationId' } as const;
    return this.ofOwner(request, reply, query, by);
  }

  /** Of the one that the query names, else of the caller's own. */
  private async ofOwner(
    request: FastifyRequest,
    reply: FastifyReply,
    query: OwnReportQuery,
    by: {
      readonly column: Column;
      readonly named: 'user_id' | 'team_id' | 'organization_id';
      readonly own: keyof Pick<Principal, 'userId' | 'teamId' | 'organizationId'>;
    },
  ): Promise<object[] | string> {
    const principal = principalOf(request);
    const wanted = query[by.named] ?? principal[by.own];
    if (wanted === undefined || wanted === '') {
      const reason = `The key that you use has no ${by.named} of its own. Pass \`${by.named}\`.`;
      throw new GatewayError('invalid_request', { param: by.named, facts: { reason } });
    }
    const owner: Prisma.DailySpendWhereInput = { [by.column]: wanted };
    const report = await this.reports.ofOwner(await this.scopes.of(principal), query, owner);
    return inAskedForm(request, reply, report, flat);
  }
}

/** One line for each use of a model by a key, whatever the report was grouped by. */
function flat(report: object[]): readonly CsvRow[] {
  return (report as CsvRow[]).flatMap(({ model_details: models, teams, customers, ...of }) => {
    if (Array.isArray(models)) {
      return models.map((model: CsvRow) => ({ api_key: of['api_key'], ...model }));
    }
    const groups = (teams ?? customers) as readonly (CsvRow & { readonly metadata: readonly CsvRow[] })[];
    return groups.flatMap(({ metadata, total_spend: _total, ...group }) =>
      metadata.map((use) => ({ ...of, ...group, ...use })),
    );
  });
}
