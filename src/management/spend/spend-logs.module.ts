/** The spend log and its reports in the management API. */
import { Module } from '@nestjs/common';
import { CostController } from './cost.controller.js';
import { CostService } from './cost.service.js';
import { DailySums } from './daily-sums.repository.js';
import { GlobalSpendController } from './global-spend.controller.js';
import { GlobalSpendService } from './global-spend.service.js';
import { SpendLogRepository } from './spend-log.repository.js';
import { SpendLogsController } from './spend-logs.controller.js';
import { SpendLogsService } from './spend-logs.service.js';
import { SpendReportController } from './spend-report.controller.js';
import { SpendReportService } from './spend-report.service.js';
import { SpendScopes } from './spend-scopes.service.js';
import { SpendersController } from './spenders.controller.js';
import { SpendersService } from './spenders.service.js';

@Module({
  controllers: [SpendLogsController, GlobalSpendController, SpendReportController, SpendersController, CostController],
  providers: [
    DailySums,
    SpendScopes,
    SpendLogRepository,
    SpendLogsService,
    GlobalSpendService,
    SpendReportService,
    SpendersService,
    CostService,
  ],
  exports: [DailySums, SpendScopes, GlobalSpendService],
})
export class SpendLogsModule {}
