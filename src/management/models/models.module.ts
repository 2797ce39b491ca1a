/** Models in the management API. */
import { Module } from '@nestjs/common';
import { ModelInfoController } from './model-info.controller.js';
import { ModelInfoService } from './model-info.service.js';
import { ModelRepository } from './model.repository.js';
import { ModelsManagementController } from './models.controller.js';
import { ModelsService } from './models.service.js';

@Module({
  controllers: [ModelsManagementController, ModelInfoController],
  providers: [ModelsService, ModelInfoService, ModelRepository],
})
export class ModelsModule {}
