/** What all accounts of a process have in common. */
import type { Clock } from '../../core/spec/clock.js';
import type { AccountReading, BudgetStore } from './budget-store.js';

export interface BudgetContext {
  readonly store: BudgetStore;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<void>;
  /** How long others are waited for that were asked to give back what they do not use. */
  readonly recallPatience: { readonly longestMs: number; readonly lookMs: number };
  /** `budget_exceeded_status_code`. */
  readonly exceededStatus: () => number | undefined;
  /** Hears of each account whose spend has changed. */
  readonly seen: (account: SpentAccount) => void;
}

/** An account as far as its budget may be crossed. */
export interface SpentAccount {
  readonly account: AccountReading;
  readonly spentNanos: bigint;
  readonly limitNanos: bigint | undefined;
}
