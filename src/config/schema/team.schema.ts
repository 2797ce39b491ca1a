/** The settings of teams. */
import { z } from 'zod';
import { amount, described, text, textList, wholeNumber } from './fields.js';

const duration = text().refine(
  (given) => /^[1-9]\d{0,5}(s|m|h|d|w|mo)$/.test(given),
  'expected a whole number with a unit such as `30d`',
);

export const defaultTeamParams = z.looseObject({
  max_budget: described(amount().optional(), { description: 'USD.', example: 100 }),
  budget_duration: described(duration.optional(), { description: 'When the budget starts anew.', example: '30d' }),
  tpm_limit: described(wholeNumber().optional(), { description: 'Tokens a minute.', example: 100_000 }),
  rpm_limit: described(wholeNumber().optional(), { description: 'Requests a minute.', example: 1_000 }),
  team_member_permissions: described(textList().optional(), {
    description: 'Routes that members who are no admins may call for the team.',
    example: ['/key/generate'],
  }),
  organization_id: described(text().optional(), {
    description: 'The organization of teams that are made without one.',
    example: 'research',
  }),
});
