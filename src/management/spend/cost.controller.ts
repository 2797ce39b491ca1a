/** The routes that compute costs without making a request. */
import { HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { Answers, JsonBody } from '../../http/json-body.js';
import {
  calculateAnswer,
  calculateBodySchema,
  estimateAnswer,
  estimateBodySchema,
  type CalculateBody,
  type EstimateBody,
} from './cost.dto.js';
import { CostService } from './cost.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController()
export class CostController {
  constructor(private readonly costs: CostService) {}

  @Post('cost/estimate')
  @HttpCode(200)
  @Audience('llm_api')
  @Answers(estimateAnswer)
  estimate(@Req() request: FastifyRequest, @JsonBody(estimateBodySchema) body: EstimateBody): object {
    return this.costs.estimate(body, principalOf(request));
  }

  @Post('spend/calculate')
  @HttpCode(200)
  @Audience('llm_api')
  @Answers(calculateAnswer)
  calculate(
    @Req() request: FastifyRequest,
    @JsonBody(calculateBodySchema) body: CalculateBody,
  ): Promise<{ cost: number }> {
    return this.costs.calculate(body, principalOf(request));
  }
}
