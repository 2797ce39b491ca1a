/** The bodies and queries of the team routes, spelled as LiteLLM's clients send them. */
import { z } from 'zod';
import { budgetDuration, limitFields, temporaryIncreaseFields, usd } from '../limit-fields/limit-fields.js';
import { closedBody } from '../wire/closed-body.js';
import {
  countInQuery,
  email,
  identifier,
  metadata,
  modelNames,
  oneOrMore,
  pageFields,
  tagNames,
} from '../wire/fields.js';
import { teamSorts } from './team.repository.js';

/** What LiteLLM has and this version does not enforce. */
const notServed = [
  ...['guardrails', 'policies', 'prompts', 'disable_global_guardrails', 'object_permission', 'require_trace_id'],
  ...['allowed_passthrough_routes', 'denied_passthrough_routes', 'allowed_vector_store_indexes', 'mcp_rpm_limit'],
  ...[
    'router_settings',
    'secret_manager_settings',
    'enforced_batch_output_expires_after',
    'enforced_file_expires_after',
  ],
  ...['default_estimated_output_tokens', 'default_estimated_output_tokens_per_model', 'admins', 'members'],
];

/** Routes that members of a team may be given, as LiteLLM names them. */
export const memberPermissions = [
  '/key/generate',
  '/key/update',
  '/key/delete',
  '/key/regenerate',
  '/key/service-account/generate',
  '/key/{key_id}/regenerate',
  '/key/block',
  '/key/unblock',
  '/key/bulk_update',
  '/key/{key_id}/reset_spend',
  '/key/info',
  '/key/health',
  '/key/list',
  '/key/aliases',
  '/team/daily/activity',
  '/spend/logs',
  '/spend/logs/v2',
] as const;

const permissions = z.array(z.enum(memberPermissions)).max(100);
const teamRole = z.enum(['admin', 'user']);
const count = limitFields.rpm_limit;
const mostMembers = 500;

const personFields = { user_id: identifier.nullish(), user_email: email.nullish() };
const namesSomebody = ({ user_id, user_email }: { user_id?: unknown; user_email?: unknown }): boolean =>
  user_id != null || user_email != null;
const whoIsMissing = { message: 'Give `user_id` or `user_email`.', path: ['user_id'] };

export const teamMember = z
  .object({ role: teamRole.default('user'), ...personFields })
  .refine(namesSomebody, whoIsMissing);
export type TeamMemberBody = z.output<typeof teamMember>;

/** Of each member that has no limits of its own. */
const memberDefaults = {
  team_member_budget: usd.nullish().describe('USD for each member.'),
  team_member_budget_duration: budgetDuration.nullish(),
  team_member_rpm_limit: count,
  team_member_tpm_limit: count,
  team_member_model_max_budget: limitFields.model_max_budget,
  team_member_key_duration: budgetDuration.nullish().describe('How long a new key of a member lives.'),
  default_team_member_models: modelNames.nullish().describe('What new members may use.'),
} as const;

const teamFields = {
  ...limitFields,
  ...memberDefaults,
  team_alias: identifier.nullish(),
  organization_id: identifier.nullish(),
  models: modelNames.nullish().describe('Names and patterns such as `openai/*`; empty for all.'),
  metadata: metadata.nullish(),
  tags: tagNames.nullish().describe('Added to those of each request.'),
  blocked: z.boolean().nullish(),
  model_aliases: z
    .record(identifier, identifier)
    .nullish()
    .describe('Other names by which its keys may ask for models.'),
  access_group_ids: z.array(identifier).max(100).nullish(),
} as const;

export const newTeamSchema = closedBody(
  'a team',
  {
    ...teamFields,
    team_id: identifier.nullish(),
    members_with_roles: z.array(teamMember).max(mostMembers).nullish(),
    team_member_permissions: permissions.nullish(),
  },
  notServed,
);
export type NewTeamBody = z.output<typeof newTeamSchema>;

export const updateTeamSchema = closedBody('a team', { ...teamFields, team_id: identifier }, notServed);
export type UpdateTeamBody = z.output<typeof updateTeamSchema>;

export const patchTeamSchema = closedBody('a team', { ...teamFields, team_id: identifier.nullish() }, notServed);
export type PatchTeamBody = z.output<typeof patchTeamSchema>;

export const teamIdSchema = closedBody('this request', { team_id: identifier });
export const deleteTeamsSchema = closedBody('this request', { team_ids: z.array(identifier).min(1).max(100) });
export const teamModelsSchema = closedBody('this request', { team_id: identifier, models: modelNames.min(1) });

export const permissionsUpdateSchema = closedBody('this request', {
  team_id: identifier,
  team_member_permissions: permissions,
});

const memberTerms = {
  max_budget_in_team: usd.nullish().describe('USD.'),
  budget_duration: budgetDuration.nullish(),
  allowed_models: modelNames.nullish().describe('Narrows the models of the team; empty does not.'),
} as const;

export const memberAddSchema = closedBody('this request', {
  team_id: identifier,
  member: oneOrMore(teamMember, mostMembers),
  ...memberTerms,
});
export type MemberAddBody = z.output<typeof memberAddSchema>;

export const bulkMemberAddSchema = closedBody('this request', {
  team_id: identifier,
  members: z.array(teamMember).max(mostMembers).nullish(),
  all_users: z.boolean().nullish().describe('Every user, at most 500.'),
  ...memberTerms,
});
export type BulkMemberAddBody = z.output<typeof bulkMemberAddSchema>;

export const memberUpdateSchema = closedBody('this request', {
  team_id: identifier,
  ...personFields,
  role: teamRole.nullish(),
  ...memberTerms,
  ...temporaryIncreaseFields,
  tpm_limit: count,
  rpm_limit: count,
  model_max_budget: limitFields.model_max_budget,
}).refine(namesSomebody, whoIsMissing);
export type MemberUpdateBody = z.output<typeof memberUpdateSchema>;

export const memberDeleteSchema = closedBody('this request', { team_id: identifier, ...personFields }).refine(
  namesSomebody,
  whoIsMissing,
);
export type MemberDeleteBody = z.output<typeof memberDeleteSchema>;

export const mostKeysShown = 1_000;

export const teamInfoQuerySchema = z.object({
  team_id: identifier,
  key_limit: countInQuery(0, mostKeysShown).default(mostKeysShown).describe('How many of its keys are shown.'),
});

export const teamListQuerySchema = z.object({
  user_id: identifier.optional().describe('Teams that this user is a member of.'),
  organization_id: identifier.optional().describe('`default_organization` for teams without one.'),
  team_alias: identifier.optional().describe('A part of the alias.'),
  ...pageFields(100, 100),
});
export type TeamListQuery = z.output<typeof teamListQuerySchema>;

export const teamPageQuerySchema = z.object({
  user_id: identifier.optional().describe('Teams that this user is a member of.'),
  organization_id: identifier.optional(),
  team_id: identifier.optional(),
  team_alias: identifier.optional().describe('A part of the alias.'),
  search: identifier.optional().describe('A team id, or a part of an alias.'),
  search_team_id_match: z.enum(['exact', 'prefix']).default('exact'),
  sort_by: z.enum(Object.keys(teamSorts) as (keyof typeof teamSorts)[]).default('created_at'),
  sort_order: z.enum(['asc', 'desc']).default('asc'),
  status: z.literal('deleted').optional().describe('Teams that were deleted; proxy admins alone see them.'),
  ...pageFields(10, 100),
});
export type TeamPageQuery = z.output<typeof teamPageQuerySchema>;

export const permissionsQuerySchema = z.object({ team_id: identifier });
