/** The settings of budgets, which stand in three sections of the file. */
import { z } from 'zod';
import { amount, described, flag, text, wholeNumber } from './fields.js';

/** `30s`, `1h`, `7d`, `1w`, `1mo`. */
export function budgetDuration(): z.ZodType<string> {
  return text().refine(
    (duration) => /^[1-9]\d{0,5}(s|m|h|d|w|mo)$/.test(duration),
    'expected a duration such as `1h`, `1d`, `7d` or `30d`',
  );
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const exceededStatuses = [422, 429, 400];

export const litellmBudgetSettings = {
  max_budget: described(amount().optional(), {
    description: 'USD that the whole gateway may spend in one `budget_duration`.',
    example: 1000,
  }),
  budget_duration: described(budgetDuration().optional(), {
    description:
      'When the spend of `max_budget` starts anew: `1d` at midnight, `7d` on Monday, `30d` and `1mo` on the 1st.',
    example: '30d',
  }),
  budget_exceeded_status_code: described(
    wholeNumber()
      .refine((status) => exceededStatuses.includes(status), 'expected 422, 429 or 400')
      .default(422),
    { description: 'The status of requests that are over a budget.', example: 429 },
  ),
  max_end_user_budget: described(amount().optional(), {
    description: 'USD that each customer (`user` of a request) may spend who has no budget of its own.',
    example: 1,
  }),
  max_end_user_budget_id: described(text().optional(), {
    description:
      'The id of the budget that holds for each customer who has none; it goes before `max_end_user_budget`.',
    example: 'free-tier',
  }),
  tag_budget_config: described(
    z
      .record(z.string(), z.looseObject({ max_budget: amount(), budget_duration: budgetDuration().optional() }))
      .default({}),
    {
      description: 'By tag: USD that requests with it may spend, and when that starts anew.',
      example: { 'product:chat-bot': { max_budget: 10, budget_duration: '1d' } },
    },
  ),
  timezone: described(
    text().refine(isTimeZone, 'expected the name of a time zone such as `Europe/Berlin`').default('UTC'),
    { description: 'The time zone in whose days and months budgets are reset.', example: 'Europe/Berlin' },
  ),
};

export const routerBudgetSettings = {
  provider_budget_config: described(
    z.record(z.string(), z.looseObject({ budget_limit: amount(), time_period: budgetDuration() })).default({}),
    {
      description: 'By provider: USD that may be spent there in one period. Beyond it other deployments are asked.',
      example: { openai: { budget_limit: 100, time_period: '1d' } },
    },
  ),
};

export const generalBudgetSettings = {
  disable_budget_reservation: described(flag().default(false), {
    description:
      'Requests are let in by what was spent so far, and nothing is reserved for those that run: faster near a limit, and many at once may overrun it.',
    example: true,
  }),
  apply_user_budget_to_team_keys: described(flag().default(false), {
    description: "A user's own budget holds for the keys that the user has in teams, too.",
    example: true,
  }),
};
