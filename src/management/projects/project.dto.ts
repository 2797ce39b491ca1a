/** The bodies, queries and answers of the project routes, spelled as LiteLLM's clients send and read them. */
import { z } from 'zod';
import { limitFields } from '../limit-fields/limit-fields.js';
import { closedBody } from '../wire/closed-body.js';
import { description, identifier, metadata, modelNames, pageFields, tagNames } from '../wire/fields.js';
import { budgetTable, limitAnswer } from '../limit-fields/limit-answers.js';

/** What LiteLLM has and this version does not enforce. */
const notServed = [
  ...['object_permission', 'guardrails', 'policies', 'allowed_models', 'model_itpm_limit', 'model_otpm_limit'],
];

const projectFields = {
  ...limitFields,
  project_alias: identifier.nullish(),
  description: description.nullish(),
  models: modelNames.nullish().describe('Names and patterns such as `openai/*`; empty for all that its team has.'),
  metadata: metadata.nullish(),
  tags: tagNames.nullish(),
  blocked: z.boolean().nullish(),
} as const;

export const newProjectSchema = closedBody(
  'a project',
  { ...projectFields, project_id: identifier.nullish(), team_id: identifier },
  notServed,
);
export type NewProjectBody = z.output<typeof newProjectSchema>;

export const updateProjectSchema = closedBody(
  'a project',
  { ...projectFields, project_id: identifier, team_id: identifier.optional() },
  notServed,
);
export type UpdateProjectBody = z.output<typeof updateProjectSchema>;

export const deleteProjectsSchema = closedBody('this request', { project_ids: z.array(identifier).min(1).max(100) });

export const projectInfoQuerySchema = z.object({ project_id: identifier });

export const projectListQuerySchema = z.object({ team_id: identifier.optional(), ...pageFields(100, 1_000) });
export type ProjectListQuery = z.output<typeof projectListQuerySchema>;

export const projectAnswer = z.object({
  project_id: z.string(),
  project_alias: z.string().nullable(),
  description: z.string().nullable(),
  team_id: z.string().nullable().describe('Null once its team was deleted.'),
  models: z.array(z.string()),
  metadata: z.record(z.string(), z.unknown()),
  blocked: z.boolean(),
  ...limitAnswer,
  litellm_budget_table: budgetTable.describe('What holds: its own limits and those of its budget.'),
  created_at: z.string(),
  created_by: z.string(),
  updated_at: z.string(),
  updated_by: z.string(),
});
export type ProjectAnswer = z.output<typeof projectAnswer>;

export const projectListAnswer = z.array(projectAnswer);
