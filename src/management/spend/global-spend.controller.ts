/** The routes of LiteLLM's short reports: everybody sees what of the ledger is theirs. */
import { Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { inAskedForm, type CsvRow } from './csv.js';
import * as dto from './global-spend.dto.js';
import { GlobalSpendService } from './global-spend.service.js';
import type { SpendScope } from './spend-scope.js';
import { SpendScopes } from './spend-scopes.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

const asRows = (answer: object[]): readonly CsvRow[] => answer as CsvRow[];

@ManagementController()
export class GlobalSpendController {
  constructor(
    private readonly reports: GlobalSpendService,
    private readonly scopes: SpendScopes,
  ) {}

  @Get('global/spend')
  @Audience('scoped_read')
  @Answers(dto.totalAnswer)
  async total(@Req() request: FastifyRequest): Promise<object> {
    return this.reports.total(await this.scopeOf(request));
  }

  @Get('global/spend/logs')
  @Audience('scoped_read')
  @Answers(dto.daysAnswer, { csv: true })
  async byDay(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(dto.dailySpendQuerySchema) query: dto.DailySpendQuery,
  ): Promise<object[] | string> {
    const days = await this.reports.byDay(await this.scopeOf(request), query.api_key);
    return inAskedForm(request, reply, days, asRows);
  }

  @Get('global/spend/keys')
  @Audience('scoped_read')
  @Answers(dto.keysAnswer, { csv: true })
  async byKey(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(dto.topKeysQuerySchema) query: dto.TopQuery,
  ): Promise<object[] | string> {
    const keys = await this.reports.byKey(await this.scopeOf(request), query.limit);
    return inAskedForm(request, reply, keys, asRows);
  }

  @Get('global/spend/teams')
  @Audience('scoped_read')
  @Answers(dto.teamsAnswer, { csv: true })
  async byTeam(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(dto.anyFormatSchema) _query: unknown,
  ): Promise<object | string> {
    const teams = await this.reports.byTeam(await this.scopeOf(request));
    return inAskedForm(request, reply, teams, ({ daily_spend: days }) => asRows(days));
  }

  @Get('global/spend/models')
  @Audience('scoped_read')
  @Answers(dto.modelsAnswer, { csv: true })
  async byModel(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(dto.topModelsQuerySchema) query: dto.TopQuery,
  ): Promise<object[] | string> {
    const models = await this.reports.byModel(await this.scopeOf(request), query.limit);
    return inAskedForm(request, reply, models, asRows);
  }

  @Get('global/spend/provider')
  @Audience('scoped_read')
  @Answers(dto.providersAnswer, { csv: true })
  async byProvider(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(dto.providersQuerySchema) query: dto.ProvidersQuery,
  ): Promise<object[] | string> {
    const providers = await this.reports.byProvider(await this.scopeOf(request), query);
    return inAskedForm(request, reply, providers, asRows);
  }

  @Get('global/spend/tags')
  @Audience('scoped_read')
  @Answers(dto.globalTagsAnswer, { csv: true })
  async ofTags(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(dto.globalTagsQuerySchema) query: dto.GlobalTagsQuery,
  ): Promise<object | string> {
    const tags = await this.reports.ofTags(await this.scopeOf(request), query, query.tags);
    return inAskedForm(request, reply, tags, ({ spend_per_tag: rows }) => asRows(rows));
  }

  @Get('global/spend/all_tag_names')
  @Audience('scoped_read')
  @Answers(dto.tagNamesAnswer)
  async tagNames(@Req() request: FastifyRequest): Promise<object> {
    return { tag_names: await this.reports.namesOf(await this.scopeOf(request), 'tag') };
  }

  @Get('global/all_end_users')
  @Audience('scoped_read')
  @Answers(dto.endUserNamesAnswer)
  async customerNames(@Req() request: FastifyRequest): Promise<object> {
    return { end_users: await this.reports.namesOf(await this.scopeOf(request), 'customer') };
  }

  @Post('global/spend/end_users')
  @HttpCode(200)
  @Audience('scoped_read')
  @Answers(dto.endUsersAnswer, { csv: true })
  async byCustomer(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @JsonBody(dto.endUsersBodySchema) body: dto.EndUsersBody,
  ): Promise<object[] | string> {
    const customers = await this.reports.byCustomer(await this.scopeOf(request), body);
    return inAskedForm(request, reply, customers, asRows);
  }

  @Get('spend/tags')
  @Audience('scoped_read')
  @Answers(dto.tagsAnswer, { csv: true })
  async byTag(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(dto.tagsQuerySchema) query: dto.TagsQuery,
  ): Promise<object[] | string> {
    const tags = await this.reports.byTag(await this.scopeOf(request), query);
    return inAskedForm(request, reply, tags, asRows);
  }

  private scopeOf(request: FastifyRequest): Promise<SpendScope> {
    return this.scopes.of(principalOf(request));
  }
}
