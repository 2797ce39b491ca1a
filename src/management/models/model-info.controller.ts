/** The routes that show models: what is configured, what is known of them, and who may use them. */
import { Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { Answers, CheckedQuery } from '../../http/json-body.js';
import {
  modelInfoPageQuerySchema,
  modelInfoPageSchema,
  modelInfoQuerySchema,
  modelInfoSchema,
  type DescribedModel,
  type ModelInfoPageQuery,
  type ModelInfoQuery,
} from './model.dto.js';
import { ModelInfoService, type ModelInfoPage } from './model-info.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController()
export class ModelInfoController {
  constructor(private readonly models: ModelInfoService) {}

  /** Whoever has a key sees the models that it may use, and nothing that is secret. */
  @Get(['model/info', 'v1/model/info'])
  @Audience('llm_api')
  @Answers(modelInfoSchema)
  list(
    @Req() request: FastifyRequest,
    @CheckedQuery(modelInfoQuerySchema) query: ModelInfoQuery,
  ): Promise<{ data: DescribedModel[] }> {
    return this.models.list(query, principalOf(request));
  }

  @Get('v2/model/info')
  @Audience('llm_api')
  @Answers(modelInfoPageSchema)
  page(
    @Req() request: FastifyRequest,
    @CheckedQuery(modelInfoPageQuerySchema) query: ModelInfoPageQuery,
  ): Promise<ModelInfoPage> {
    return this.models.page(query, principalOf(request));
  }
}
