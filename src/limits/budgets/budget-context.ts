/** What all accounts of a process have in common. */
import type { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/clock.js';
import type { BudgetStore } from './budget-store.js';

export interface BudgetContext {
  readonly store: BudgetStore;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<void>;
  /** How long others are waited for that were asked to give back what they do not use. */
  readonly recallPatience: { readonly longestMs: number; readonly lookMs: number };
  /** `budget_exceeded_status_code`. */
  readonly exceededStatus: () => number | undefined;
  /** Hears of each refusal. */
  readonly refusal: (error: GatewayError) => GatewayError;
}
