/** The probes, and the checks of models. */
import { Module } from '@nestjs/common';
import { BackgroundChecksService } from './background-checks.service.js';
import { HealthController } from './health.controller.js';
import { HealthChecksService } from './health-checks.service.js';
import { ModelHealthController } from './model-health.controller.js';
import { ReadinessService } from './readiness.service.js';

@Module({
  controllers: [HealthController, ModelHealthController],
  providers: [BackgroundChecksService, HealthChecksService, ReadinessService],
  exports: [ReadinessService],
})
export class HealthModule {}
