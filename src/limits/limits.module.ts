/** Budgets and limits as a Nest module. */
import { Module, type DynamicModule } from '@nestjs/common';
import { BUDGET_TIME_ZONE, type BudgetTimeZone } from './definitions/budget-time-zone.js';
import { LimitDefinitions } from './definitions/limit-definitions.service.js';

@Module({})
export class LimitsModule {
  /** Global: the data plane is held to what management defines. */
  static register(timeZone: BudgetTimeZone): DynamicModule {
    return {
      module: LimitsModule,
      global: true,
      providers: [{ provide: BUDGET_TIME_ZONE, useValue: timeZone }, LimitDefinitions],
      exports: [LimitDefinitions],
    };
  }
}
