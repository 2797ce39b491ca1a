/** LiteLLM's projects. */
import { ownerOf } from '../../../limits/definitions/owner.js';
import { json, lossesOf, needsOf, stampsOf, type ImportEntity } from '../import-entity.js';
import { keptMetadata } from '../kept-metadata.js';
import { limitsOf, spentNanosOf } from '../limits-of-row.js';

export const projects: ImportEntity = {
  name: 'projects',
  objectKind: 'project',
  topic: 'project',
  table: 'LiteLLM_ProjectTable',
  key: ['project_id'],
  plan(row, context) {
    const id = row.id('project_id');
    const { metadata, losses } = keptMetadata(row);
    const description = row.text('description');
    const data = {
      id,
      alias: row.text('project_alias'),
      teamId: row.text('team_id'),
      models: row.names('models'),
      blocked: row.flag('blocked'),
      metadata: json(metadata),
      ...(description !== null && { settings: { description } }),
    };
    return {
      id,
      needs: needsOf({ team: data.teamId }),
      shown: { project_id: id, project_alias: data.alias, team_id: data.teamId, models: data.models },
      losses: [...losses, ...lossesOf(row, ['object_permission_id'])],
      limits: { owner: ownerOf('project', id), patch: limitsOf(row), spentNanos: spentNanosOf(row), resetAt: null },
      create: async (tx) => {
        await tx.project.create({ data: { ...data, ...stampsOf(row, context) } });
      },
    };
  },
  existing: async (client, ids) => {
    const rows = await client.project.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  },
};
