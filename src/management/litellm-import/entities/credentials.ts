/** LiteLLM's stored credentials: opened with its key, and sealed with the gateway's own. */
import { json, stampsOf, type ImportEntity } from '../import-entity.js';
import { openedValues, sealing } from '../opened-values.js';

export const credentials: ImportEntity = {
  name: 'credentials',
  objectKind: 'credential',
  topic: 'credential',
  table: 'LiteLLM_CredentialsTable',
  key: ['credential_name'],
  plan(row, context) {
    const name = row.id('credential_name');
    const values = openedValues(row.object('credential_values'), context.secrets);
    const sealedValues = sealing(context.secrets).sealCredential(name, JSON.stringify(values));
    const info = row.object('credential_info');
    return {
      id: name,
      shown: { credential_name: name, credential_info: info, credential_values: values },
      losses: [],
      create: async (tx) => {
        await tx.credential.create({ data: { name, sealedValues, info: json(info), ...stampsOf(row, context) } });
      },
    };
  },
  existing: async (client, ids) => {
    const rows = await client.credential.findMany({ where: { name: { in: [...ids] } }, select: { name: true } });
    return new Set(rows.map(({ name }) => name));
  },
};
