/** The routes of budgets. */
import { Get, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Audience } from '../../auth/audience.decorator.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { actorOf } from '../writes/actor.js';
import {
  budgetAnswer,
  budgetInfoSchema,
  budgetListQuerySchema,
  budgetSettingsAnswer,
  budgetSettingsQuerySchema,
  deleteBudgetSchema,
  newBudgetSchema,
  updateBudgetSchema,
  type BudgetListQuery,
  type NewBudgetBody,
  type UpdateBudgetBody,
} from './budget.dto.js';
import { BudgetsService } from './budgets.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController('budget')
export class BudgetsController {
  constructor(private readonly budgets: BudgetsService) {}

  @Post('new')
  @HttpCode(200)
  @Audience('management')
  @Answers(budgetAnswer)
  create(@Req() request: FastifyRequest, @JsonBody(newBudgetSchema) body: NewBudgetBody): Promise<object> {
    return this.budgets.create(body, actorOf(request));
  }

  @Post('update')
  @HttpCode(200)
  @Audience('management')
  @Answers(budgetAnswer)
  update(@Req() request: FastifyRequest, @JsonBody(updateBudgetSchema) body: UpdateBudgetBody): Promise<object> {
    return this.budgets.update(body, actorOf(request));
  }

  @Post('delete')
  @HttpCode(200)
  @Audience('management')
  @Answers(budgetAnswer)
  delete(
    @Req() request: FastifyRequest,
    @JsonBody(deleteBudgetSchema) { id }: z.output<typeof deleteBudgetSchema>,
  ): Promise<object> {
    return this.budgets.delete(id, actorOf(request));
  }

  @Post('info')
  @HttpCode(200)
  @Audience('admin_read')
  @Answers(z.array(budgetAnswer))
  info(@JsonBody(budgetInfoSchema) { budgets }: z.output<typeof budgetInfoSchema>): Promise<readonly object[]> {
    return this.budgets.info(budgets);
  }

  @Get('list')
  @Audience('admin_read')
  @Answers(z.array(budgetAnswer))
  list(@CheckedQuery(budgetListQuerySchema) query: BudgetListQuery): Promise<readonly object[]> {
    return this.budgets.list(query);
  }

  @Get('settings')
  @Audience('admin_read')
  @Answers(budgetSettingsAnswer)
  settings(
    @CheckedQuery(budgetSettingsQuerySchema) { budget_id: id }: z.output<typeof budgetSettingsQuerySchema>,
  ): Promise<readonly object[]> {
    return this.budgets.settingsOf(id);
  }
}
