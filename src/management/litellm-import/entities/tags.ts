/** LiteLLM's tags. */
import { ownerOf } from '../../../limits/definitions/owner.js';
import { stampsOf, type ImportEntity } from '../import-entity.js';
import { limitsOf, spentNanosOf } from '../limits-of-row.js';

export const tags: ImportEntity = {
  name: 'tags',
  objectKind: 'tag',
  topic: 'tag',
  table: 'LiteLLM_TagTable',
  key: ['tag_name'],
  plan(row, context) {
    const name = row.id('tag_name');
    const data = { name, description: row.text('description'), models: row.names('models') };
    return {
      id: name,
      shown: { ...data },
      losses: [],
      limits: { owner: ownerOf('tag', name), patch: limitsOf(row), spentNanos: spentNanosOf(row), resetAt: null },
      create: async (tx) => {
        await tx.tag.create({ data: { ...data, ...stampsOf(row, context) } });
      },
    };
  },
  existing: async (client, ids) => {
    const rows = await client.tag.findMany({ where: { name: { in: [...ids] } }, select: { name: true } });
    return new Set(rows.map(({ name }) => name));
  },
};
