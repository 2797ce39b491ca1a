/** LiteLLM's end users. */
import { ownerOf } from '../../../limits/definitions/owner.js';
import { json, lossesOf, stampsOf, type ImportEntity } from '../import-entity.js';
import { limitsOf, spentNanosOf } from '../limits-of-row.js';

export const customers: ImportEntity = {
  name: 'customers',
  objectKind: 'customer',
  topic: 'customer',
  table: 'LiteLLM_EndUserTable',
  key: ['user_id'],
  plan(row, context) {
    const id = row.id('user_id');
    const [region, models] = [row.text('allowed_model_region'), row.names('models')];
    const settings = { ...(region !== null && { allowed_model_region: region }), ...(models.length > 0 && { models }) };
    const data = {
      id,
      alias: row.text('alias'),
      blocked: row.flag('blocked'),
      defaultModel: row.text('default_model'),
      metadata: {},
      settings: json(settings),
    };
    return {
      id,
      shown: { user_id: id, alias: data.alias, blocked: data.blocked, default_model: data.defaultModel, ...settings },
      losses: lossesOf(row, ['object_permission_id']),
      limits: { owner: ownerOf('customer', id), patch: limitsOf(row), spentNanos: spentNanosOf(row), resetAt: null },
      create: async (tx) => {
        await tx.customer.create({ data: { ...data, ...stampsOf(row, context) } });
      },
    };
  },
  existing: async (client, ids) => {
    const rows = await client.customer.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  },
};
