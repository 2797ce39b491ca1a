/** The data plane: the endpoints that clients of models call, and the pipeline behind them. */
import { Module } from '@nestjs/common';
import { CustomerDirectoryModule } from '../auth/customers/customer-directory.module.js';
import { StoredResponsesModule } from '../objects/responses/stored-responses.module.js';
import { ChatCompletionsController } from './chat/chat-completions.controller.js';
import { CompletionsController } from './chat/completions.controller.js';
import { GeminiController } from './chat/gemini.controller.js';
import { MessagesController } from './chat/messages.controller.js';
import { deploymentRouter } from './deployment-router.provider.js';
import { EndpointsController } from './endpoints/endpoints.controller.js';
import { UploadsController } from './endpoints/uploads.controller.js';
import { ApplyGuardrailController } from './guardrails/apply-guardrail.controller.js';
import { InspectionController } from './inspection/inspection.controller.js';
import { BatchesController } from './files-and-batches/batches.controller.js';
import { FilesController } from './files-and-batches/files.controller.js';
import { FilesAndBatchesModule } from '../objects/files-and-batches.module.js';
import { LlmPipelineService } from './llm-pipeline.service.js';
import { ModelCallerService } from './model-caller.service.js';
import { ModelsController } from './models/models.controller.js';
import { RequestOpening } from './request-opening.service.js';
import { RequestGuardrails } from './request-guardrails.service.js';
import { RequestAccounts } from './request-accounts.service.js';
import { AnswerSource } from './answer-source.service.js';
import { BackgroundSpendService } from './responses/background-spend.service.js';
import { ProviderResponsesService } from './responses/provider-responses.service.js';
import { ResponseTurnsService } from './responses/response-turns.service.js';
import { ResponsesController } from './responses/responses.controller.js';
import { StoredResponsesController } from './responses/stored-responses.controller.js';

@Module({
  imports: [CustomerDirectoryModule, FilesAndBatchesModule, StoredResponsesModule],
  controllers: [
    ApplyGuardrailController,
    BatchesController,
    ChatCompletionsController,
    CompletionsController,
    EndpointsController,
    FilesController,
    GeminiController,
    InspectionController,
    MessagesController,
    ModelsController,
    ResponsesController,
    StoredResponsesController,
    UploadsController,
  ],
  providers: [
    AnswerSource,
    BackgroundSpendService,
    deploymentRouter,
    LlmPipelineService,
    ModelCallerService,
    ProviderResponsesService,
    RequestOpening,
    RequestAccounts,
    RequestGuardrails,
    ResponseTurnsService,
  ],
  exports: [ModelCallerService],
})
export class GatewayModule {}
