/** The routes of the spend log. */
import { Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { Answers, CheckedQuery } from '../../http/json-body.js';
import { inAskedForm } from './csv.js';
import {
  requestDetailAnswer,
  sessionLogsQuerySchema,
  spendLogsAnswer,
  spendLogsPageAnswer,
  spendLogsPageQuerySchema,
  spendLogsQuerySchema,
  type SessionLogsQuery,
  type SpendLogsPageQuery,
  type SpendLogsQuery,
} from './spend-logs.dto.js';
import { SpendLogsService, type SpendLogsPage } from './spend-logs.service.js';
import { SpendScopes } from './spend-scopes.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController('spend/logs')
export class SpendLogsController {
  constructor(
    private readonly logs: SpendLogsService,
    private readonly scopes: SpendScopes,
  ) {}

  @Get()
  @Audience('scoped_read')
  @Answers(spendLogsAnswer, { csv: true })
  async list(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(spendLogsQuerySchema) query: SpendLogsQuery,
  ): Promise<Record<string, unknown>[] | string> {
    const rows = await this.logs.list(await this.scopes.of(principalOf(request)), query);
    return inAskedForm(request, reply, rows, (answer) => answer);
  }

  @Get(['v2', 'ui'])
  @Audience('scoped_read')
  @Answers(spendLogsPageAnswer, { csv: true })
  async page(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(spendLogsPageQuerySchema) query: SpendLogsPageQuery,
  ): Promise<SpendLogsPage | string> {
    const page = await this.logs.page(await this.scopes.of(principalOf(request)), query);
    return inAskedForm(request, reply, page, ({ data }) => data);
  }

  @Get('session/ui')
  @Audience('scoped_read')
  @Answers(spendLogsPageAnswer)
  async session(
    @Req() request: FastifyRequest,
    @CheckedQuery(sessionLogsQuerySchema) query: SessionLogsQuery,
  ): Promise<SpendLogsPage> {
    return this.logs.session(await this.scopes.of(principalOf(request)), query);
  }

  @Get('ui/:request_id')
  @Audience('scoped_read')
  @Answers(requestDetailAnswer)
  async request(
    @Req() request: FastifyRequest,
    @Param('request_id') requestId: string,
  ): Promise<Record<string, unknown>> {
    return this.logs.request(await this.scopes.of(principalOf(request)), requestId);
  }
}
