/** LiteLLM's budgets. */
import { patchLimits } from '../../../limits/definitions/owner-limits.js';
import { json, stampsOf, type ImportEntity } from '../import-entity.js';
import { limitsOf } from '../limits-of-row.js';

export const budgets: ImportEntity = {
  name: 'budgets',
  objectKind: 'budget',
  topic: 'budget',
  table: 'LiteLLM_BudgetTable',
  key: ['budget_id'],
  plan(row, context) {
    const id = row.id('budget_id');
    // A budget within a budget there is not: the column is the budget's own id.
    const { budgetId: _own, ...patch } = limitsOf(row);
    const limits = patchLimits({}, patch);
    const models = row.names('allowed_models');
    if (models.length > 0) context.budgetModels.set(id, models);
    return {
      id,
      shown: { budget_id: id, ...limits },
      losses: [],
      create: async (tx) => {
        await tx.budget.create({ data: { id, limits: json(limits), ...stampsOf(row, context) } });
      },
    };
  },
  existing: async (client, ids) => {
    const rows = await client.budget.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  },
};
