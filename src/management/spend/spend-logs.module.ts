/** The spend log in the management API. */
import { Module } from '@nestjs/common';
import { SpendLogsController } from './spend-logs.controller.js';
import { SpendLogsService } from './spend-logs.service.js';

@Module({ controllers: [SpendLogsController], providers: [SpendLogsService] })
export class SpendLogsModule {}
