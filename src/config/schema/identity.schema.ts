/** The settings of users, customers and tags: what new ones get, who is blocked, and what a password must be. */
import { z } from 'zod';
import { isBudgetDuration } from '../budget-duration.js';
import { amount, described, flag, textList, wholeNumber, choice, text } from './fields.js';

/** A default must not make administrators. */
const defaultRoles = ['internal_user', 'internal_user_viewer', 'proxy_admin_viewer'] as const;

function duration(): z.ZodType<string> {
  return text().refine(isBudgetDuration, 'expected a whole number with a unit: 30s, 30m, 24h, 7d, 2w or 1mo');
}

const membershipSchema = z.strictObject({
  team_id: described(text(), { description: 'The team.' }),
  user_role: described(choice(['user', 'admin']).default('user'), { description: 'The role in it.' }),
  max_budget_in_team: described(amount().optional(), { description: 'USD that the user may spend within the team.' }),
});

/** Strict: a word that is not known would leave out a limit. */
const newUserSchema = z.strictObject({
  user_role: described(choice(defaultRoles).optional(), { description: 'The role; `internal_user` without it.' }),
  models: described(textList().optional(), { description: 'What the user may use.' }),
  max_budget: described(amount().optional(), { description: 'USD that the user may spend.' }),
  budget_duration: described(duration().optional(), { description: 'After what time the budget starts anew.' }),
  tpm_limit: described(wholeNumber().optional(), { description: 'Tokens a minute.' }),
  rpm_limit: described(wholeNumber().optional(), { description: 'Requests a minute.' }),
  max_parallel_requests: described(wholeNumber().optional(), { description: 'Requests at the same time.' }),
  teams: described(z.array(z.union([text(), membershipSchema])).optional(), {
    description: 'Teams that the user joins: names, or `team_id` with `user_role` and `max_budget_in_team`.',
  }),
  available_teams: described(textList().optional(), { description: 'Teams that users may join by themselves.' }),
});

const tagBudgetSchema = z
  .strictObject({
    max_budget: described(amount().optional(), { description: 'USD that may be spent.' }),
    budget_limit: described(amount().optional(), { description: 'Another name of `max_budget`.' }),
    budget_duration: described(duration().optional(), { description: 'After what time the budget starts anew.' }),
    time_period: described(duration().optional(), { description: 'Another name of `budget_duration`.' }),
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
