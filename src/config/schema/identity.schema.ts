/** The settings of users, customers and tags: what new ones get, who is blocked, and what a password must be. */
import { z } from 'zod';
import { isBudgetDuration } from '../budget-duration.js';
import { amount, described, flag, textList, wholeNumber, choice, text } from './fields.js';

/** A default must not make administrators. */
const defaultRoles = ['internal_user', 'internal_user_viewer', 'proxy_admin_viewer'] as const;

function duration(): z.ZodType<string> {
  return text().refine(isBudgetDuration, 'expected a whole number with a unit: 30s, 30m, 24h, 7d, 2w or 1mo');
}

const newUserSchema = z.looseObject({
  user_role: choice(defaultRoles).optional(),
  models: textList().optional(),
  max_budget: amount().optional(),
  budget_duration: duration().optional(),
  tpm_limit: wholeNumber().optional(),
  rpm_limit: wholeNumber().optional(),
  max_parallel_requests: wholeNumber().optional(),
  teams: z
    .array(
      z.union([
        text(),
        z.looseObject({
          team_id: text(),
          user_role: choice(['user', 'admin']).default('user'),
          max_budget_in_team: amount().optional(),
        }),
      ]),
    )
    .optional(),
  available_teams: textList().optional(),
});

const tagBudgetSchema = z
  .looseObject({
    max_budget: amount().optional(),
    budget_limit: amount().optional(),
    budget_duration: duration().optional(),
    time_period: duration().optional(),
  })
  .refine(({ max_budget, budget_limit }) => (max_budget ?? budget_limit) !== undefined, 'expected a `max_budget`');

/** Of `litellm_settings`. */
export const identitySettings = {
  default_internal_user_params: described(newUserSchema.prefault({}), {
    description:
      'What a user gets who is made without it: `user_role`, `models`, `max_budget`, `budget_duration`, `tpm_limit`, `rpm_limit`, `max_parallel_requests`, `teams`. Proxy admins get nothing of it.',
    example: { user_role: 'internal_user', max_budget: 10, budget_duration: '30d', models: ['gpt-4o-mini'] },
  }),
  max_internal_user_budget: described(amount().optional(), {
    description:
      'USD that a user with the role `internal_user` may spend, where the user is made without a `max_budget`.',
    example: 10,
  }),
  internal_user_budget_duration: described(duration().optional(), {
    description: 'After what time such a budget starts anew.',
    example: '30d',
  }),
  max_end_user_budget: described(amount().optional(), {
    description: 'USD that a customer may spend who has no budget.',
    example: 1,
  }),
  max_end_user_budget_id: described(text().optional(), {
    description: 'The budget (`/budget/new`) of every customer who has none.',
    example: 'free_tier',
  }),
  blocked_user_list: described(z.union([textList(), text()]).default([]), {
    description:
      'Customers whose requests are refused: a list, or the path of a file with one id in each line, read with the configuration.',
    example: ['customer-17'],
  }),
  tag_budget_config: described(z.record(z.string().min(1).max(256), tagBudgetSchema).default({}), {
    description: 'Budgets of tags, by name: `max_budget` in USD and `budget_duration`.',
    example: { 'product:chat-bot': { max_budget: 100, budget_duration: '30d' } },
  }),
};

/** Of `general_settings`. */
export const passwordSettings = {
  password_policy_min_length: described(wholeNumber(8).default(12), {
    description: "The least number of characters of a user's password.",
    example: 16,
  }),
  password_policy_require_uppercase: described(flag().default(true), {
    description: 'A password must have an upper-case letter.',
    example: false,
  }),
  password_policy_require_lowercase: described(flag().default(true), {
    description: 'A password must have a lower-case letter.',
    example: false,
  }),
  password_policy_require_numbers: described(flag().default(true), {
    description: 'A password must have a digit.',
    example: false,
  }),
  password_policy_require_special_characters: described(flag().default(true), {
    description: 'A password must have a character that is neither a letter nor a digit.',
    example: false,
  }),
};
