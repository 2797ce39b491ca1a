/** The time and the settings that budgets go by. */
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import { SettingsService } from '../../config/settings.service.js';
import type { Clock } from '../../core/spec/clock.js';

@Injectable()
export class BudgetSurroundings {
  constructor(
    @Inject(CLOCK) readonly clock: Clock,
    private readonly settings: SettingsService,
  ) {}

  get timeZone(): string {
    return this.settings.current().budgets.timeZone;
  }

  get customersBudgetId(): string | undefined {
    return this.settings.current().budgets.customersBudgetId;
  }

  get servesWithoutDatabase(): boolean {
    return this.settings.general.allowRequestsOnDbUnavailable;
  }
}
