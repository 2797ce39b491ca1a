/** The answers of the team routes. */
import { z } from 'zod';
import { budgetTable, limitAnswer } from '../limit-fields/limit-answers.js';

const text = z.string().nullable();
const texts = z.array(z.string());
const object = z.record(z.string(), z.unknown());

const rosterEntry = z.object({ user_id: z.string(), user_email: text, role: z.string() });

export const teamAnswer = z.object({
  team_id: z.string(),
  team_alias: text,
  organization_id: text,
  members_with_roles: z.array(rosterEntry),
  team_member_permissions: texts.nullable().describe('Null: what members may do that says nothing of it.'),
  models: texts,
  metadata: object,
  blocked: z.boolean(),
  ...limitAnswer,
  litellm_model_table: z
    .object({ model_aliases: z.record(z.string(), z.string()), created_by: z.string(), updated_by: z.string() })
    .nullable(),
  team_member_key_duration: text,
  default_team_member_models: texts.nullable(),
  access_group_ids: texts,
  created_at: z.string(),
  created_by: z.string(),
  updated_at: z.string(),
  updated_by: z.string(),
});
export type TeamAnswer = z.output<typeof teamAnswer>;

export const membershipAnswer = z.object({
  user_id: z.string(),
  team_id: z.string(),
  spend: z.number().describe('USD in the running window.'),
  budget_id: text,
  budget_source: z.enum(['custom', 'team_default', 'none']),
  litellm_budget_table: budgetTable.nullable(),
});
export type MembershipAnswer = z.output<typeof membershipAnswer>;

export const teamKeyAnswer = z.object({
  token: z.string().describe('SHA-256 of the key, by which it is named and never accepted.'),
  key_name: z.string(),
  key_alias: text,
  user_id: text,
  team_id: text,
  project_id: text,
  models: texts,
  metadata: object,
  blocked: z.boolean(),
  expires: text,
  ...limitAnswer,
  created_at: z.string(),
  created_by: z.string(),
  updated_at: z.string(),
});

export const teamUpdateAnswer = z.object({ team_id: z.string(), data: teamAnswer });

export const teamInfoAnswer = z.object({
  team_id: z.string(),
  team_info: teamAnswer.extend({ team_member_budget_table: budgetTable.nullable() }),
  keys: z.array(teamKeyAnswer),
  team_memberships: z.array(membershipAnswer),
});

export const teamListAnswer = z.array(
  teamAnswer.extend({ team_memberships: z.array(membershipAnswer), keys: z.array(teamKeyAnswer) }),
);

const deletedTeam = teamAnswer.partial().extend({ deleted_at: z.string(), deleted_by: z.string() });

export const teamPageAnswer = z.object({
  teams: z.array(z.union([teamAnswer.extend({ members_count: z.number(), keys_count: z.number() }), deletedTeam])),
  total: z.number(),
  page: z.number(),
  page_size: z.number(),
  total_pages: z.number(),
});

export const availableTeamsAnswer = z.array(teamAnswer);

export const deletedTeamsAnswer = z.object({ deleted_teams: texts, deleted_keys: z.number() });

export const userAnswer = z.object({ user_id: z.string(), user_email: text, user_role: z.string() });

export const memberAddAnswer = teamAnswer.extend({
  updated_users: z.array(userAnswer),
  updated_team_memberships: z.array(membershipAnswer),
});

export const memberUpdateAnswer = z.object({
  team_id: z.string(),
  user_id: z.string(),
  user_email: text,
  role: z.string(),
  max_budget_in_team: z.number().nullable(),
  tpm_limit: z.number().nullable(),
  rpm_limit: z.number().nullable(),
  budget_duration: text,
  allowed_models: texts,
  temp_budget_increase: z.number().nullable(),
  temp_budget_expiry: text,
  model_max_budget: budgetTable.shape.model_max_budget,
});

export const bulkMemberAddAnswer = z.object({
  team_id: z.string(),
  results: z.array(
    z.object({
      user_id: text,
      user_email: text,
      success: z.boolean(),
      error: text,
      updated_user: userAnswer.nullable(),
    }),
  ),
  total_requested: z.number(),
  successful_additions: z.number(),
  failed_additions: z.number(),
  updated_team: teamAnswer,
});

export const permissionsAnswer = z.object({
  team_id: z.string(),
  team_member_permissions: texts,
  all_available_permissions: texts,
});

export const callbacksAnswer = z.object({
  status: z.literal('success'),
  data: z.object({
    team_id: z.string(),
    success_callbacks: texts,
    failure_callbacks: texts,
    callback_vars: z.record(z.string(), z.string()).describe('Credentials are references to the environment.'),
  }),
});

export const callbackAddAnswer = z.object({ status: z.literal('success'), data: teamAnswer });

export const callbacksChangedAnswer = z.object({
  status: z.literal('success'),
  message: z.string(),
  data: z.object({ team_id: z.string(), success_callbacks: texts, failure_callbacks: texts }),
});
