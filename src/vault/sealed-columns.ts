/**
 * Every column that holds envelopes, and how its rows are found and rewritten: what a rotation of the key goes through. Answers that
 * wait for their repetition are none: the client's own key seals them, and a day later they are gone.
 */
import type { DatabaseClient, TransactionClient } from '../database/database-client.js';
import { sealedPlaces, type SealedPlace } from './sealed-place.js';

export interface SealedRow {
  readonly place: SealedPlace;
  /** In the order in which `next` gives them. */
  readonly id: string;
  readonly envelope: string;
  /** Puts another envelope in this one's place; false where somebody else has changed the row since it was read. */
  replace(tx: TransactionClient, envelope: string): Promise<boolean>;
}

export interface SealedColumn {
  /** Rows whose envelope does not begin with `prefix`. */
  count(client: DatabaseClient, prefix: string): Promise<number>;
  /** The first of them after `id`, at most `most`. */
  next(client: DatabaseClient, prefix: string, id: string, most: number): Promise<readonly SealedRow[]>;
}

const otherThan = (prefix: string) => ({ not: { startsWith: prefix } });

const modelParams: SealedColumn = {
  count: (client, prefix) => client.configModel.count({ where: { sealedParams: otherThan(prefix) } }),
  next: async (client, prefix, id, most) => {
    const rows = await client.configModel.findMany({
      where: { id: { gt: id }, sealedParams: otherThan(prefix) },
      select: { id: true, sealedParams: true, updatedAt: true },
      orderBy: { id: 'asc' },
      take: most,
    });
    return rows.map((row) => ({
      place: sealedPlaces.modelParams(row.id),
      id: row.id,
      envelope: row.sealedParams ?? '',
      replace: async (tx, sealedParams) => {
        // Nobody has changed the model: its time stays.
        const { updatedAt } = row;
        const where = { id: row.id, sealedParams: row.sealedParams };
        return (await tx.configModel.updateMany({ where, data: { sealedParams, updatedAt } })).count === 1;
      },
    }));
  },
};

const credentialValues: SealedColumn = {
  count: (client, prefix) => client.credential.count({ where: { NOT: { sealedValues: { startsWith: prefix } } } }),
  next: async (client, prefix, id, most) => {
    const rows = await client.credential.findMany({
      where: { name: { gt: id }, NOT: { sealedValues: { startsWith: prefix } } },
      select: { name: true, sealedValues: true, updatedAt: true },
      orderBy: { name: 'asc' },
      take: most,
    });
    return rows.map(({ name, sealedValues: envelope, updatedAt }) => ({
      place: sealedPlaces.credentialValues(name),
      id: name,
      envelope,
      replace: async (tx, sealedValues) => {
        const where = { name, sealedValues: envelope };
        return (await tx.credential.updateMany({ where, data: { sealedValues, updatedAt } })).count === 1;
      },
    }));
  },
};

const guardrailParams: SealedColumn = {
  count: (client, prefix) => client.guardrail.count({ where: { sealedParams: otherThan(prefix) } }),
  next: async (client, prefix, id, most) => {
    const rows = await client.guardrail.findMany({
      where: { id: { gt: id }, sealedParams: otherThan(prefix) },
      select: { id: true, sealedParams: true, updatedAt: true },
      orderBy: { id: 'asc' },
      take: most,
    });
    return rows.map(({ id: row, sealedParams: envelope, updatedAt }) => ({
      place: sealedPlaces.guardrailParams(row),
      id: row,
      envelope: envelope ?? '',
      replace: async (tx, sealedParams) => {
        const where = { id: row, sealedParams: envelope };
        return (await tx.guardrail.updateMany({ where, data: { sealedParams, updatedAt } })).count === 1;
      },
    }));
  },
};

const configSettings: SealedColumn = {
  count: (client, prefix) => client.configSetting.count({ where: { sealedValue: otherThan(prefix) } }),
  // There are a few dozen settings at most: one reading has them all.
  next: async (client, prefix, id) => {
    const rows = await client.configSetting.findMany({
      where: { sealedValue: otherThan(prefix) },
      orderBy: [{ section: 'asc' }, { name: 'asc' }],
    });
    const sealed = rows.map(({ section, name, sealedValue: envelope, updatedAt }) => ({
      place: sealedPlaces.configSetting(section, name),
      id: `${section}.${name}`,
      envelope: envelope ?? '',
      replace: async (tx: TransactionClient, sealedValue: string) => {
        const where = { section, name, sealedValue: envelope };
        return (await tx.configSetting.updateMany({ where, data: { sealedValue, updatedAt } })).count === 1;
      },
    }));
    return sealed.slice(sealed.findIndex((row) => row.id === id) + 1);
  },
};

export const sealedColumns: readonly SealedColumn[] = [modelParams, credentialValues, guardrailParams, configSettings];
