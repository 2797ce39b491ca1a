/** Daily and global activity in the management API. */
import { Module } from '@nestjs/common';
import { SpendLogsModule } from '../spend/spend-logs.module.js';
import { DailyActivityController } from './daily-activity.controller.js';
import { DailyActivityRepository } from './daily-activity.repository.js';
import { DailyActivityService } from './daily-activity.service.js';
import { GlobalActivityController } from './global-activity.controller.js';
import { GlobalActivityService } from './global-activity.service.js';

@Module({
  imports: [SpendLogsModule],
  controllers: [DailyActivityController, GlobalActivityController],
  providers: [DailyActivityRepository, DailyActivityService, GlobalActivityService],
})
export class ActivityModule {}
