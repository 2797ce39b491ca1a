/** LiteLLM's access groups, as far as they name models. */
import { json, lossesOf, stampsOf, type ImportEntity } from '../import-entity.js';
import { NotImportable } from '../not-importable.js';

export const accessGroups: ImportEntity = {
  name: 'access groups',
  objectKind: 'access_group',
  topic: 'access_group',
  table: 'LiteLLM_AccessGroupTable',
  key: ['access_group_id'],
  plan(row, context) {
    const id = row.id('access_group_id');
    const name = row.text('access_group_name');
    if (name === null) throw new NotImportable('it has no name');
    const models = row.names('access_model_names');
    const settings = {
      assigned_team_ids: row.names('assigned_team_ids'),
      assigned_key_ids: row.names('assigned_key_ids'),
    };
    const data = { id, name, description: row.text('description'), models, settings: json(settings) };
    return {
      id,
      shown: { name, models, ...settings },
      losses: lossesOf(row, [
        'access_mcp_server_ids',
        'mcp_tool_permissions',
        'access_agent_ids',
        'access_skill_names',
      ]),
      create: async (tx) => {
        await tx.accessGroup.create({ data: { ...data, ...stampsOf(row, context) } });
      },
    };
  },
  existing: async (client, ids) => {
    const rows = await client.accessGroup.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  },
};
