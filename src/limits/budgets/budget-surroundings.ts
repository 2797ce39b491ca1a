/** The time and the settings that budgets go by. */
import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import { SettingsService } from '../../config/settings.service.js';
import type { Clock } from '../../core/spec/clock.js';
import type { Owner } from '../definitions/owner.js';

@Injectable()
export class BudgetSurroundings {
  constructor(
    @Inject(CLOCK) readonly clock: Clock,
    private readonly settings: SettingsService,
  ) {}

  /** Who calls by the master key: limited by nobody. */
  isMasters(owner: Owner): boolean {
    return (
      owner === `key:${hash('sha256', this.settings.general.masterKey, 'hex')}` || owner === 'user:default_user_id'
    );
  }

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
