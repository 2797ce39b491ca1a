/** Settings and fallbacks in the management API. */
import { Module } from '@nestjs/common';
import { ConfigController } from './config.controller.js';
import { ConfigService } from './config.service.js';
import { ConfigWrites } from './config-writes.service.js';
import { FallbacksController } from './fallbacks.controller.js';
import { FallbacksService } from './fallbacks.service.js';

@Module({
  controllers: [ConfigController, FallbacksController],
  providers: [ConfigService, ConfigWrites, FallbacksService],
})
export class ConfigManagementModule {}
