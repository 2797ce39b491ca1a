/** Alerts of budgets as a Nest module. */
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { ALERT_SETTINGS, type CurrentAlertSettings } from './alert-settings.js';
import { BudgetAlerts } from './budget-alerts.service.js';
import { AlertRepository } from './alert.repository.js';

@Module({})
export class AlertsModule {
  static registerAsync(settings: Pick<FactoryProvider<CurrentAlertSettings>, 'inject' | 'useFactory'>): DynamicModule {
    return {
      module: AlertsModule,
      global: true,
      providers: [{ provide: ALERT_SETTINGS, inject: [], ...settings }, AlertRepository, BudgetAlerts],
      exports: [BudgetAlerts],
    };
  }
}
