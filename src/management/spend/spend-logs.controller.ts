/** The routes of the spend log. */
import { Get, Query } from '@nestjs/common';
import { ManagementController } from '../idempotency/management-controller.decorator.js';
import { Audience } from '../../auth/audience.decorator.js';
import { checkedBy } from '../../http/json-body.js';
import { spendLogsPageQuerySchema, spendLogsQuerySchema } from './spend-logs.dto.js';
import { SpendLogsService, type SpendLogsPage } from './spend-logs.service.js';

@ManagementController('spend/logs')
export class SpendLogsController {
  constructor(private readonly logs: SpendLogsService) {}

  @Get()
  @Audience('management')
  list(@Query() query: unknown): Promise<object[]> {
    return this.logs.list(checkedBy(spendLogsQuerySchema, query));
  }

  @Get('v2')
  @Audience('management')
  page(@Query() query: unknown): Promise<SpendLogsPage> {
    return this.logs.page(checkedBy(spendLogsPageQuerySchema, query));
  }
}
