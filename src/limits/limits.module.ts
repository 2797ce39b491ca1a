/** Budgets and limits as a Nest module. */
import { Module, type DynamicModule } from '@nestjs/common';
import { CLOCK } from '../config/ports.js';
import { SettingsService } from '../config/settings.service.js';
import { SHARED_RATE_STORE, type RateStore } from '../core/spec/rate-store.js';
import type { Clock } from '../core/spec/clock.js';
import { ChangeFeedRepository } from '../database/change-feed.repository.js';
import { DatabaseService } from '../database/database.service.js';
import { SpendService } from '../spend/spend.service.js';
import { ADMISSION_GATES, AdmissionService } from './admission.service.js';
import { BudgetAccounts, BUDGET_STORE } from './budgets/budget-accounts.js';
import { BudgetDirectory } from './budgets/budget-directory.js';
import { BudgetSurroundings } from './budgets/budget-surroundings.js';
import { BudgetEvents } from './budgets/budget-events.js';
import { BudgetGate } from './budgets/budget-gate.js';
import { BudgetUpkeep } from './budgets/budget-upkeep.service.js';
import { ConfiguredBudgets } from './budgets/configured-budgets.js';
import { PrismaBudgetStore } from './budgets/prisma-budget-store.js';
import { BUDGET_TIME_ZONE, type BudgetTimeZone } from './definitions/budget-time-zone.js';
import { MemoryRateStore } from './rates/memory-rate-store.js';
import { RateGate } from './rates/rate-gate.js';
import { LimitDefinitions } from './definitions/limit-definitions.service.js';

@Module({})
export class LimitsModule {
  /** Global: the data plane is held to what management defines. */
  static register(): DynamicModule {
    return {
      module: LimitsModule,
      global: true,
      providers: [
        {
          provide: BUDGET_TIME_ZONE,
          inject: [SettingsService],
          useFactory:
            (settings: SettingsService): BudgetTimeZone =>
            () =>
              settings.current().budgets.timeZone,
        },
        {
          provide: BUDGET_STORE,
          inject: [DatabaseService, ChangeFeedRepository, CLOCK, BUDGET_TIME_ZONE, SpendService],
          useFactory: (
            database: DatabaseService,
            feed: ChangeFeedRepository,
            clock: Clock,
            timeZone: BudgetTimeZone,
            spend: SpendService,
          ) => new PrismaBudgetStore(database, feed, clock, timeZone, () => spend.status().journalId),
        },
        {
          provide: ConfiguredBudgets,
          inject: [SettingsService],
          useFactory: (settings: SettingsService) => new ConfiguredBudgets(() => settings.current().budgets),
        },
        {
          provide: RateGate,
          inject: [BudgetDirectory, SettingsService, CLOCK, { token: SHARED_RATE_STORE, optional: true }],
          useFactory: (source: BudgetDirectory, settings: SettingsService, clock: Clock, shared?: RateStore) =>
            new RateGate({
              source,
              local: new MemoryRateStore(clock),
              shared,
              clock,
              failsClosed: () => settings.general.failsClosedWithoutSharedRates,
            }),
        },
        // Rates first: they cost no look-up of money, and who is too fast is told so.
        {
          provide: ADMISSION_GATES,
          inject: [RateGate, BudgetGate],
          useFactory: (rates: RateGate, budgets: BudgetGate) => [rates, budgets],
        },
        AdmissionService,
        BudgetAccounts,
        BudgetDirectory,
        BudgetEvents,
        BudgetGate,
        BudgetSurroundings,
        BudgetUpkeep,
        LimitDefinitions,
      ],
      exports: [AdmissionService, BudgetEvents, LimitDefinitions],
    };
  }
}
