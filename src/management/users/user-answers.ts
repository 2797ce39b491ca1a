/** What the user routes answer. No answer holds a password, its hash, or a key but the one that is new. */
import { z } from 'zod';
import type { Team, User, VirtualKey } from '../../database/database-client.js';
import type { OwnerState } from '../../limits/definitions/limit-definitions.service.js';
import { limitAnswer } from '../limit-fields/limit-answers.js';
import { limitView } from '../limit-fields/limit-fields.js';
import type { KnownUser, UserTeam } from './user.repository.js';
import { userRoles } from './user-rules.js';

const json = z.record(z.string(), z.unknown());
const names = z.array(z.string());

export const userAnswer = z.object({
  user_id: z.string(),
  user_email: z.string().nullable(),
  user_alias: z.string().nullable(),
  user_role: z.enum(userRoles),
  sso_user_id: z.string().nullable(),
  teams: names,
  models: names,
  metadata: json,
  blocked: z.boolean(),
  ...limitAnswer,
  organization_memberships: z.array(
    z.object({ organization_id: z.string(), user_id: z.string(), user_role: z.string() }),
  ),
  created_at: z.string(),
  updated_at: z.string(),
});
export type UserAnswer = z.output<typeof userAnswer>;

export const newUserAnswer = z.object({
  key: z.string().nullable().describe('The new key, shown here alone; null without `auto_create_key`'),
  key_name: z.string().nullable(),
  key_alias: z.string().nullable(),
  expires: z.string().nullable(),
  ...userAnswer.shape,
});
export type NewUserAnswer = z.output<typeof newUserAnswer>;

export const updatedUserAnswer = z.object({ user_id: z.string(), data: userAnswer });
export type UpdatedUser = z.output<typeof updatedUserAnswer>;

const updateResult = z.object({
  user_id: z.string().nullable(),
  user_email: z.string().nullable(),
  success: z.boolean(),
  error: z.string().nullable(),
  updated_user: userAnswer.nullable(),
});
export type UpdateResult = z.output<typeof updateResult>;
export const bulkUpdateAnswer = z.object({
  results: z.array(updateResult),
  total_requested: z.number().int(),
  successful_updates: z.number().int(),
  failed_updates: z.number().int(),
});
export type BulkUpdateAnswer = z.output<typeof bulkUpdateAnswer>;

const keySummary = z.object({
  token: z.string().describe('The SHA-256 of the key, which is no credential'),
  key_name: z.string(),
  key_alias: z.string().nullable(),
  models: names,
  expires: z.string().nullable(),
  blocked: z.boolean(),
  user_id: z.string().nullable(),
  team_id: z.string().nullable(),
  organization_id: z.string().nullable(),
  ...limitAnswer,
  created_at: z.string(),
});
const teamSummary = z.object({
  team_id: z.string(),
  team_alias: z.string().nullable(),
  organization_id: z.string().nullable(),
  models: names,
  blocked: z.boolean(),
  user_role: z.string().describe('Of the user in this team'),
  ...limitAnswer,
});

export const userInfoAnswer = z.object({
  user_id: z.string(),
  user_info: userAnswer,
  keys: z.array(keySummary).describe('The newest 100; all of them by /key/list'),
  key_count: z.number().int(),
  teams: z.array(teamSummary).describe('The first 100'),
});
export type UserInfoAnswer = z.output<typeof userInfoAnswer>;

export const userListAnswer = z.object({
  users: z.array(z.object({ ...userAnswer.shape, key_count: z.number().int() })),
  total: z.number().int(),
  page: z.number().int(),
  page_size: z.number().int(),
  total_pages: z.number().int(),
});
export type UserListAnswer = z.output<typeof userListAnswer>;

export const rolesAnswer = z.record(z.string(), z.object({ description: z.string(), ui_label: z.string() }));

export const availableRoles: z.output<typeof rolesAnswer> = {
  proxy_admin: { description: 'Sees and changes everything', ui_label: 'Admin' },
  proxy_admin_viewer: { description: 'Sees everything', ui_label: 'Admin (View Only)' },
  internal_user: {
    description: 'Makes, sees and deletes keys of their own, and sees their spend',
    ui_label: 'Internal User',
  },
  internal_user_viewer: { description: 'Sees their own keys and their spend', ui_label: 'Internal User (View Only)' },
};

const stateless: OwnerState = { budgetId: null, own: {}, effective: {}, spentNanos: 0n, resetAt: null, accounts: [] };

export function userView({ row, teams, memberships }: KnownUser, state: OwnerState = stateless): UserAnswer {
  return {
    ...rowView(row),
    teams: teams.map(({ id }) => id),
    ...limitView(state),
    organization_memberships: memberships.map(({ organizationId, role }) => ({
      organization_id: organizationId,
      user_id: row.id,
      user_role: role,
    })),
  } as UserAnswer;
}

function rowView({ id, email, alias, role, ssoUserId, models, metadata, blocked, createdAt, updatedAt }: User): object {
  return {
    user_id: id,
    user_email: email,
    user_alias: alias,
    user_role: role,
    sso_user_id: ssoUserId,
    models,
    metadata,
    blocked,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}

export function keySummaryView(row: VirtualKey, state: OwnerState = stateless): z.output<typeof keySummary> {
  return {
    token: row.token,
    key_name: row.keyName,
    key_alias: row.keyAlias,
    models: row.models,
    expires: row.expires?.toISOString() ?? null,
    blocked: row.blocked,
    user_id: row.userId,
    team_id: row.teamId,
    organization_id: row.organizationId,
    ...limitView(state),
    created_at: row.createdAt.toISOString(),
  } as z.output<typeof keySummary>;
}

export function teamSummaryView(
  row: Team,
  { role }: UserTeam,
  state: OwnerState = stateless,
): z.output<typeof teamSummary> {
  return {
    team_id: row.id,
    team_alias: row.alias,
    organization_id: row.organizationId,
    models: row.models,
    blocked: row.blocked,
    user_role: role,
    ...limitView(state),
  } as z.output<typeof teamSummary>;
}
