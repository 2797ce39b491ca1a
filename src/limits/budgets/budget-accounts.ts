/** The budget accounts that this process knows: one object for each, as long as anybody needs it. */
import { Inject, Injectable, Optional } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import { SettingsService } from '../../config/settings.service.js';
import type { Clock } from '../../core/spec/clock.js';
import { CHANGE_SIGNAL, type ChangeSignal } from '../../database/change-signal.js';
import { systemTimer } from '../../database/timer.js';
import { AccountBudget } from './account-budget.js';
import type { BudgetContext } from './budget-context.js';
import { BudgetEvents } from './budget-events.js';
import type { AccountReading, BudgetStore } from './budget-store.js';

/** The injection token of the `BudgetStore`. */
export const BUDGET_STORE = Symbol('BUDGET_STORE');

/** Where the others are woken, and where they find the recall when they next look. */
const pushed = { longestMs: 250, lookMs: 40 };
const polled = { longestMs: 1_200, lookMs: 150 };

@Injectable()
export class BudgetAccounts {
  readonly all = new Map<string, AccountBudget>();
  private readonly context: BudgetContext;

  constructor(
    @Inject(BUDGET_STORE) readonly store: BudgetStore,
    @Inject(CLOCK) clock: Clock,
    settings: SettingsService,
    events: BudgetEvents,
    @Optional() @Inject(CHANGE_SIGNAL) signal?: ChangeSignal,
  ) {
    this.context = {
      store,
      clock,
      pause: (ms) => systemTimer.pause(ms),
      recallPatience: signal === undefined ? polled : pushed,
      exceededStatus: () => settings.current().budgets.exceededStatus,
      seen: (account) => events.look(account),
    };
  }

  /** The account as it was just read: the one that is known, or a new one. */
  open(reading: AccountReading, configuredNanos: () => bigint | undefined): AccountBudget {
    const known = this.all.get(reading.id);
    if (known) {
      known.update(reading);
      return known;
    }
    const account = new AccountBudget(reading, this.context, configuredNanos);
    this.all.set(reading.id, account);
    return account;
  }

  /** Forgets those that nobody needs and of which nothing is leased. */
  forgetUnused(isNeeded: (account: AccountBudget) => boolean): void {
    for (const [id, account] of this.all)
      if (account.leases.isEmpty && !account.isBusy && !isNeeded(account)) this.all.delete(id);
  }
}
