/** The data plane: the endpoints that clients of models call, and the pipeline behind them. */
import { Module } from '@nestjs/common';
import { ChatCompletionsController } from './chat/chat-completions.controller.js';
import { CompletionsController } from './chat/completions.controller.js';
import { GeminiController } from './chat/gemini.controller.js';
import { MessagesController } from './chat/messages.controller.js';
import { ResponsesController } from './chat/responses.controller.js';
import { deploymentRouter } from './deployment-router.provider.js';
import { EndpointsController } from './endpoints/endpoints.controller.js';
import { UploadsController } from './endpoints/uploads.controller.js';
import { InspectionController } from './inspection/inspection.controller.js';
import { LlmPipelineService } from './llm-pipeline.service.js';
import { ModelCallerService } from './model-caller.service.js';
import { ModelsController } from './models/models.controller.js';

@Module({
  controllers: [
    ChatCompletionsController,
    CompletionsController,
    EndpointsController,
    GeminiController,
    InspectionController,
    MessagesController,
    ModelsController,
    ResponsesController,
    UploadsController,
  ],
  providers: [deploymentRouter, LlmPipelineService, ModelCallerService],
  exports: [ModelCallerService],
})
export class GatewayModule {}
