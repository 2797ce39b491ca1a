/** The settings of teams. */
import { z } from 'zod';
import { amount, text, textList, wholeNumber } from './fields.js';

const duration = text().refine(
  (given) => /^[1-9]\d{0,5}(s|m|h|d|w|mo)$/.test(given),
  'expected a whole number with a unit such as `30d`',
);

export const defaultTeamParams = z.looseObject({
  max_budget: amount().optional(),
  budget_duration: duration.optional(),
  tpm_limit: wholeNumber().optional(),
  rpm_limit: wholeNumber().optional(),
  team_member_permissions: textList().optional(),
  organization_id: text().optional(),
});

export const openTeams = z.looseObject({ available_teams: textList().optional() });
