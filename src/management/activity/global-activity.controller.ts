/** The routes of the activity of everything that the caller may see. */
import { Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { Answers, CheckedQuery } from '../../http/json-body.js';
import { inAskedForm, type CsvRow } from '../spend/csv.js';
import { SpendScopes } from '../spend/spend-scopes.service.js';
import {
  globalActivityAnswer,
  globalActivitySchema,
  modelActivityAnswer,
  type GlobalActivityQuery,
} from './global-activity.dto.js';
import { GlobalActivityService } from './global-activity.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController('global/activity')
export class GlobalActivityController {
  constructor(
    private readonly activity: GlobalActivityService,
    private readonly scopes: SpendScopes,
  ) {}

  @Get()
  @Audience('scoped_read')
  @Answers(globalActivityAnswer, { csv: true })
  async all(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(globalActivitySchema) query: GlobalActivityQuery,
  ): Promise<object | string> {
    const activity = await this.activity.all(await this.scopes.of(principalOf(request)), query);
    return inAskedForm(request, reply, activity, ({ daily_data: days }) => days.map((day): CsvRow => ({ ...day })));
  }

  @Get('model')
  @Audience('scoped_read')
  @Answers(modelActivityAnswer, { csv: true })
  async byModel(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(globalActivitySchema) query: GlobalActivityQuery,
  ): Promise<object[] | string> {
    const models = await this.activity.byModel(await this.scopes.of(principalOf(request)), query);
    return inAskedForm(request, reply, models, (all) =>
      all.flatMap(({ model, daily_data: days }) => days.map((day): CsvRow => ({ model, ...day }))),
    );
  }
}
