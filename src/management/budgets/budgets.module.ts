/** Budgets in the management API. */
import { Module } from '@nestjs/common';
import { BudgetRepository } from './budget.repository.js';
import { BudgetsController } from './budgets.controller.js';
import { BudgetsService } from './budgets.service.js';

@Module({ controllers: [BudgetsController], providers: [BudgetsService, BudgetRepository] })
export class BudgetsModule {}
