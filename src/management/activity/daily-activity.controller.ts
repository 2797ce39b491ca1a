/** The routes of daily activity: everybody sees what of the ledger is theirs. */
import { Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import type { DailySpend } from '../../database/database-client.js';
import { Answers, CheckedQuery } from '../../http/json-body.js';
import { asksForCsv, csvAnswer, inAskedForm, type CsvRow } from '../spend/csv.js';
import { SpendScopes } from '../spend/spend-scopes.service.js';
import * as dto from './daily-activity.dto.js';
import {
  DailyActivityService,
  type Activity,
  type ActivityOf,
  type ActivityQuery,
  type Entities,
} from './daily-activity.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController()
export class DailyActivityController {
  constructor(
    private readonly activity: DailyActivityService,
    private readonly scopes: SpendScopes,
  ) {}

  @Get('user/daily/activity')
  @Audience('scoped_read')
  @Answers(dto.activityAnswer, { csv: true })
  ofUsers(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(dto.userActivitySchema) query: dto.UserActivityQuery,
  ): Promise<Activity | string> {
    const only = query.user_id === undefined ? undefined : [query.user_id];
    return this.answer(request, reply, 'user', this.activity.withCurrentDay(query), { only });
  }

  @Get('team/daily/activity')
  @Audience('scoped_read')
  @Answers(dto.activityAnswer, { csv: true })
  ofTeams(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(dto.teamActivitySchema) query: dto.TeamActivityQuery,
  ): Promise<Activity | string> {
    return this.answer(request, reply, 'team', query, { only: query.team_ids, except: query.exclude_team_ids });
  }

  @Get('organization/daily/activity')
  @Audience('scoped_read')
  @Answers(dto.activityAnswer, { csv: true })
  ofOrganizations(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(dto.organizationActivitySchema) query: dto.OrganizationActivityQuery,
  ): Promise<Activity | string> {
    const entities = { only: query.organization_ids, except: query.exclude_organization_ids };
    return this.answer(request, reply, 'organization', query, entities);
  }

  @Get('tag/daily/activity')
  @Audience('scoped_read')
  @Answers(dto.activityAnswer, { csv: true })
  ofTags(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(dto.tagActivitySchema) query: dto.TagActivityQuery,
  ): Promise<Activity | string> {
    return this.answer(request, reply, 'tag', query, { only: query.tags });
  }

  @Get(['customer/daily/activity', 'end_user/daily/activity'])
  @Audience('scoped_read')
  @Answers(dto.activityAnswer, { csv: true })
  ofCustomers(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(dto.customerActivitySchema) query: dto.CustomerActivityQuery,
  ): Promise<Activity | string> {
    const entities = { only: query.end_user_ids, except: query.exclude_end_user_ids };
    return this.answer(request, reply, 'customer', query, entities);
  }

  @Get('team/spend/by_user')
  @Audience('scoped_read')
  @Answers(dto.usersOfTeamsAnswer, { csv: true })
  async usersOfTeams(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(dto.usersOfTeamsSchema) query: dto.UsersOfTeamsQuery,
  ): Promise<object | string> {
    const results = await this.activity.usersOfTeams(await this.scopes.of(principalOf(request)), query);
    const answer = { start_date: query.start_date, end_date: query.end_date, results };
    return inAskedForm(request, reply, answer, () => results as CsvRow[]);
  }

  /** As CSV the sums themselves, which spreadsheets group as they like. */
  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    what: ActivityOf,
    query: ActivityQuery,
    entities: Entities,
  ): Promise<Activity | string> {
    const scope = await this.scopes.of(principalOf(request));
    if (!asksForCsv(request)) return this.activity.of(what, scope, query, entities);
    const { rows } = await this.activity.rows(what, scope, query, entities);
    return csvAnswer(
      reply,
      rows.map((sum) => csvRow(what, sum)),
    );
  }
}

function csvRow(what: ActivityOf, sum: DailySpend): CsvRow {
  return {
    date: sum.date,
    ...(what === 'tag' && { tag: sum.entity }),
    ...(what === 'customer' && { end_user: sum.entity }),
    api_key: sum.apiKeyHash,
    user_id: sum.userId,
    team_id: sum.teamId,
    organization_id: sum.organizationId,
    project_id: sum.projectId,
    model_group: sum.modelGroup,
    model: sum.model,
    provider: sum.provider,
    spend: usdFromNanos(sum.spendNanos),
    api_requests: sum.requests,
    failed_requests: sum.failedRequests,
    prompt_tokens: sum.promptTokens,
    completion_tokens: sum.completionTokens,
    cache_read_input_tokens: sum.cacheReadTokens,
    cache_creation_input_tokens: sum.cacheWriteTokens,
  };
}
