/** The bodies and answers of access groups: LiteLLM's routes by name, and its later ones by id. */
import { z } from 'zod';
import { closedBody } from '../wire/closed-body.js';
import { description, identifier, modelNames, pageFields } from '../wire/fields.js';

/** What LiteLLM's groups hold besides and this version does not enforce. */
const notServed = ['access_mcp_server_ids', 'mcp_tool_permissions', 'access_agent_ids', 'access_skill_names'];
/** A group holds names of models; single deployments of a name are not told apart by it. */
const notByDeployment = ['model_ids'];

const ids = z.array(identifier).max(1_000);

export const namedGroupSchema = closedBody(
  'an access group',
  { access_group: identifier, model_names: modelNames.min(1) },
  notByDeployment,
);
export type NamedGroupBody = z.output<typeof namedGroupSchema>;

export const namedGroupUpdateSchema = closedBody(
  'an access group',
  { model_names: modelNames.min(1) },
  notByDeployment,
);

export const newGroupSchema = closedBody(
  'an access group',
  {
    access_group_name: identifier,
    description: description.nullish(),
    access_model_names: modelNames.nullish(),
    assigned_team_ids: ids.nullish(),
    assigned_key_ids: ids.nullish().describe('Hashes of keys.'),
  },
  notServed,
);
export type NewGroupBody = z.output<typeof newGroupSchema>;

export const updateGroupSchema = closedBody(
  'an access group',
  {
    access_group_name: identifier.optional(),
    description: description.nullish(),
    access_model_names: modelNames.nullish(),
    assigned_team_ids: ids.nullish(),
    assigned_key_ids: ids.nullish(),
  },
  notServed,
);
export type UpdateGroupBody = z.output<typeof updateGroupSchema>;

export const groupListQuerySchema = z.object(pageFields(100, 1_000));
export type GroupListQuery = z.output<typeof groupListQuerySchema>;

const names = z.array(z.string());

export const namedGroupAnswer = z.object({
  access_group: z.string(),
  model_names: names,
  model_ids: z.null(),
  models_updated: z.number().describe('Deployments that the group leads to.'),
});

export const namedGroupInfo = z.object({ access_group: z.string(), model_names: names, deployment_count: z.number() });
export const namedGroupListAnswer = z.object({ access_groups: z.array(namedGroupInfo) });

export const namedGroupDeleteAnswer = z.object({
  access_group: z.string(),
  models_updated: z.number(),
  message: z.string(),
});

const resource = z.object({ id: z.string(), name: z.string().nullable() });

export const groupAnswer = z.object({
  access_group_id: z.string(),
  access_group_name: z.string(),
  description: z.string().nullable(),
  access_model_names: names,
  assigned_team_ids: names,
  assigned_key_ids: names,
  assigned_teams: z.array(resource),
  assigned_keys: z.array(resource),
  access_mcp_server_ids: names.describe('Always empty: this version does not take them.'),
  access_agent_ids: names.describe('Always empty: this version does not take them.'),
  access_mcp_servers: z.array(resource),
  access_agents: z.array(resource),
  created_at: z.string(),
  created_by: z.string(),
  updated_at: z.string(),
  updated_by: z.string(),
});
export type GroupAnswer = z.output<typeof groupAnswer>;

export const groupListAnswer = z.array(groupAnswer);
