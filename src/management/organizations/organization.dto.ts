/** The bodies, queries and answers of the organization routes, spelled as LiteLLM's clients send and read them. */
import { z } from 'zod';
import { limitFields } from '../limit-fields/limit-fields.js';
import { teamAnswer, userAnswer } from '../teams/team-answers.js';
import { closedBody } from '../wire/closed-body.js';
import { email, identifier, metadata, modelNames, oneOrMore, pageFields, tagNames } from '../wire/fields.js';
import { budgetTable, limitAnswer } from '../limit-fields/limit-answers.js';

/** What LiteLLM has and this version does not enforce. */
const notServed = ['object_permission', 'guardrails', 'policies', 'allowed_models', 'max_budget_in_organization'];

export const organizationRoles = ['org_admin', 'internal_user', 'internal_user_viewer'] as const;
const role = z.enum(organizationRoles);

const organizationFields = {
  ...limitFields,
  models: modelNames.nullish().describe('Names and patterns such as `openai/*`; empty for all.'),
  metadata: metadata.nullish(),
  tags: tagNames.nullish(),
} as const;

export const newOrganizationSchema = closedBody(
  'an organization',
  { ...organizationFields, organization_id: identifier.nullish(), organization_alias: identifier },
  notServed,
);
export type NewOrganizationBody = z.output<typeof newOrganizationSchema>;

export const updateOrganizationSchema = closedBody(
  'an organization',
  { ...organizationFields, organization_id: identifier, organization_alias: identifier.optional() },
  notServed,
);
export type UpdateOrganizationBody = z.output<typeof updateOrganizationSchema>;

export const deleteOrganizationsSchema = closedBody('this request', {
  organization_ids: z.array(identifier).min(1).max(20),
});

const personFields = { user_id: identifier.nullish(), user_email: email.nullish() };
const namesSomebody = ({ user_id, user_email }: { user_id?: unknown; user_email?: unknown }): boolean =>
  user_id != null || user_email != null;
const whoIsMissing = { message: 'Give `user_id` or `user_email`.', path: ['user_id'] };

export const organizationMember = z.object({ role, ...personFields }).refine(namesSomebody, whoIsMissing);

export const organizationMemberAddSchema = closedBody(
  'this request',
  { organization_id: identifier, member: oneOrMore(organizationMember, 500) },
  notServed,
);
export type OrganizationMemberAddBody = z.output<typeof organizationMemberAddSchema>;

export const organizationMemberUpdateSchema = closedBody(
  'this request',
  { organization_id: identifier, ...personFields, role: role.nullish() },
  notServed,
).refine(namesSomebody, whoIsMissing);
export type OrganizationMemberUpdateBody = z.output<typeof organizationMemberUpdateSchema>;

export const organizationMemberDeleteSchema = closedBody('this request', {
  organization_id: identifier,
  ...personFields,
}).refine(namesSomebody, whoIsMissing);
export type OrganizationMemberDeleteBody = z.output<typeof organizationMemberDeleteSchema>;

export const organizationInfoQuerySchema = z.object({ organization_id: identifier });

export const organizationListQuerySchema = z.object({
  org_id: identifier.optional(),
  org_alias: identifier.optional().describe('A part of the alias.'),
  ...pageFields(50, 100),
});
export type OrganizationListQuery = z.output<typeof organizationListQuerySchema>;

export const organizationMemberAnswer = z.object({
  user_id: z.string(),
  organization_id: z.string(),
  user_role: z.string(),
  user_email: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type OrganizationMemberAnswer = z.output<typeof organizationMemberAnswer>;

export const organizationAnswer = z.object({
  organization_id: z.string(),
  organization_alias: z.string(),
  models: z.array(z.string()),
  metadata: z.record(z.string(), z.unknown()),
  ...limitAnswer,
  litellm_budget_table: budgetTable.describe('What holds: its own limits and those of its budget.'),
  created_at: z.string(),
  created_by: z.string(),
  updated_at: z.string(),
  updated_by: z.string(),
});
export type OrganizationAnswer = z.output<typeof organizationAnswer>;

export const organizationWithMembersAnswer = organizationAnswer.extend({
  members: z.array(organizationMemberAnswer).describe('To members who are no admins, themselves alone.'),
  teams: z.array(teamAnswer).describe('To members who are no admins, those that they are in.'),
});

export const organizationListAnswer = z.array(organizationWithMembersAnswer);
export const deletedOrganizationsAnswer = z.array(organizationAnswer);

export const organizationMemberAddAnswer = z.object({
  organization_id: z.string(),
  updated_users: z.array(userAnswer),
  updated_organization_memberships: z.array(organizationMemberAnswer),
});
