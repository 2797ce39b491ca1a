/** The bodies and queries of the user routes, spelled as LiteLLM's clients send them. */
import { z } from 'zod';
import { closedBody } from '../wire/closed-body.js';
import { identifier, identifiers, metadata, modelNames } from '../wire/fields.js';
import { limitFields, temporaryIncreaseFields, usd } from '../limit-fields/limit-fields.js';
import { mostPasswordLength } from './passwords/password-policy.js';
import { userRoles } from './user-rules.js';

const unenforced = [
  ...['aliases', 'config', 'permissions', 'allowed_cache_controls', 'guardrails', 'policies', 'prompts', 'agent_id'],
  ...['object_permission', 'mcp_rpm_limit'],
];

const userId = z
  .string()
  .trim()
  .min(1)
  .max(256)
  .describe('Any id; made up where it is not given. Spaces around it are dropped');
const email = z.email().max(320);
const role = z.enum(userRoles);
const team = z.union([
  identifier,
  z.strictObject({
    team_id: identifier,
    user_role: z.enum(['user', 'admin']).default('user'),
    max_budget_in_team: usd.nullish(),
  }),
]);

export const newUserSchema = closedBody(
  'a user',
  {
    ...limitFields,
    user_id: userId.nullish(),
    user_email: email.nullish(),
    user_alias: identifier.nullish(),
    user_role: role.nullish(),
    teams: z.array(team).max(100).nullish(),
    team_id: identifier
      .nullish()
      .describe('A team that the user joins; the key that is made is then a key of the team'),
    organizations: z.array(identifier).max(100).nullish(),
    auto_create_key: z.boolean().nullish().describe('True where it is not given: the answer has a key of the user'),
    send_invite_email: z
      .literal(false, { error: 'is not served by this version. Make a link by /invitation/new and send it yourself' })
      .nullish(),
    sso_user_id: identifier.nullish(),
    password: z.null({ error: 'is not set here: the user sets it by the link of /invitation/new' }).optional(),
    key_alias: identifier.nullish(),
    duration: z.string().nullish().describe('How long the key that is made is valid, such as 30d'),
    models: modelNames.nullish().describe('What the user may use; empty for all'),
    metadata: metadata.nullish(),
    blocked: z.boolean().nullish(),
    spend: z.literal(0).nullish(),
  },
  unenforced,
);
export type NewUserBody = z.output<typeof newUserSchema>;

const changes = {
  ...limitFields,
  ...temporaryIncreaseFields,
  user_alias: identifier.nullish(),
  user_role: role.nullish(),
  models: modelNames.nullish(),
  metadata: metadata.nullish(),
  blocked: z.boolean().nullish(),
  spend: usd.nullish().describe('USD that count as spent from now on'),
};

export const updateUserSchema = closedBody(
  'a user',
  {
    ...changes,
    user_id: identifier.nullish(),
    user_email: email.nullish().describe('Names the user where `user_id` is not given; with it, the new address'),
    sso_user_id: identifier.nullish(),
    password: z.string().min(1).max(mostPasswordLength).nullish(),
  },
  unenforced,
);
export type UpdateUserBody = z.output<typeof updateUserSchema>;

export const bulkUpdateSchema = closedBody('this request', {
  users: z.array(updateUserSchema).min(1).max(500).nullish(),
  all_users: z.boolean().nullish(),
  user_updates: closedBody('all users', changes, unenforced).nullish(),
});
export type BulkUpdateBody = z.output<typeof bulkUpdateSchema>;

export const deleteUsersSchema = closedBody('this request', { user_ids: identifiers });
export type DeleteUsersBody = z.output<typeof deleteUsersSchema>;

export const changePasswordSchema = closedBody('this request', {
  current_password: z.string().min(1).max(mostPasswordLength),
  new_password: z.string().min(1).max(mostPasswordLength),
});
export type ChangePasswordBody = z.output<typeof changePasswordSchema>;

export const userInfoQuerySchema = z.object({ user_id: identifier.optional() });
export type UserInfoQuery = z.output<typeof userInfoQuerySchema>;

/** Those that the database can sort by. */
export const sortColumns = [
  'user_id',
  'user_email',
  'created_at',
  'user_alias',
  'user_role',
  'updated_at',
  'sso_user_id',
] as const;

const list = z
  .string()
  .max(16_384)
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .describe('Separated by commas');
const part = z.string().min(1).max(256);

export const userListQuerySchema = z.object({
  role: role.optional(),
  user_ids: list.optional(),
  sso_user_ids: list.optional(),
  user_email: part.optional().describe('A part of the address'),
  search: part.optional().describe('A part of the id or of the address'),
  team: identifier.optional(),
  organization_ids: list.optional(),
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  page_size: z.coerce.number().int().min(1).max(100).default(25),
  sort_by: z.enum(sortColumns).optional(),
  sort_order: z.enum(['asc', 'desc']).optional(),
});
export type UserListQuery = z.output<typeof userListQuerySchema>;
