/** The data plane: the endpoints that clients of models call, and the pipeline behind them. */
import { Module } from '@nestjs/common';
import { ChatCompletionsController } from './chat/chat-completions.controller.js';
import { CompletionsController } from './chat/completions.controller.js';
import { GeminiController } from './chat/gemini.controller.js';
import { MessagesController } from './chat/messages.controller.js';
import { ResponsesController } from './chat/responses.controller.js';
import { EndpointsController } from './endpoints/endpoints.controller.js';
import { UploadsController } from './endpoints/uploads.controller.js';
import { BatchesController } from './files-and-batches/batches.controller.js';
import { FilesController } from './files-and-batches/files.controller.js';
import { FilesAndBatchesModule } from '../objects/files-and-batches.module.js';
import { LlmPipelineService } from './llm-pipeline.service.js';
import { ModelsController } from './models/models.controller.js';

@Module({
  imports: [FilesAndBatchesModule],
  controllers: [
    BatchesController,
    ChatCompletionsController,
    CompletionsController,
    EndpointsController,
    FilesController,
    GeminiController,
    MessagesController,
    ModelsController,
    ResponsesController,
    UploadsController,
  ],
  providers: [LlmPipelineService],
})
export class GatewayModule {}
