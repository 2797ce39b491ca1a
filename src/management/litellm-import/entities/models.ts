/** LiteLLM's stored models: their parameters opened with its key, and sealed with the gateway's own. */
import { json, stampsOf, type ImportEntity } from '../import-entity.js';
import { NotImportable } from '../not-importable.js';
import { openedValues, sealing } from '../opened-values.js';
import { modelsTopic } from '../../../database/change-topics.js';

export const models: ImportEntity = {
  name: 'models',
  objectKind: 'model',
  topic: modelsTopic,
  table: 'LiteLLM_ProxyModelTable',
  key: ['model_id'],
  plan(row, context) {
    const id = row.id('model_id');
    const modelName = row.id('model_name');
    const params = openedValues(row.object('litellm_params'), context.secrets);
    if (typeof params['model'] !== 'string') throw new NotImportable('its `litellm_params` name no model');
    const sealedParams = sealing(context.secrets).sealModelParams(id, JSON.stringify(params));
    const { id: _own, ...modelInfo } = row.object('model_info');
    const data = {
      id,
      modelName,
      litellmParams: {},
      sealedParams,
      modelInfo: json(modelInfo),
      blocked: row.flag('blocked'),
    };
    return {
      id,
      shown: { model_name: modelName, litellm_params: params, model_info: modelInfo },
      losses: [],
      create: async (tx) => {
        await tx.configModel.create({ data: { ...data, ...stampsOf(row, context) } });
      },
    };
  },
  existing: async (client, ids) => {
    const rows = await client.configModel.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  },
};
