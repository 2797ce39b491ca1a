/** Reads the models that were added through the management API from the database, and opens their parameters. */
import { Injectable } from '@nestjs/common';
import type { ConfigModel } from '../database/database-client.js';
import { DatabaseService } from '../database/database.service.js';
import { sealedPlaces } from '../vault/sealed-place.js';
import { Vault } from '../vault/vault.service.js';
import type { ConfigModelRow, ConfigModelSource } from './config-model-source.js';
import { openJson } from './open-json.js';

@Injectable()
export class ConfigModelRepository implements ConfigModelSource {
  constructor(
    private readonly database: DatabaseService,
    private readonly vault: Vault,
  ) {}

  /** Throws GatewayError `database_unavailable`. */
  async list(): Promise<readonly ConfigModelRow[]> {
    const rows = await this.database.run((client) =>
      client.configModel.findMany({
        where: { blocked: false },
        select: { id: true, modelName: true, litellmParams: true, sealedParams: true, modelInfo: true },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      }),
    );
    return rows.map(({ id, modelName, modelInfo, ...row }) => {
      const { value, fault } = openedParams(this.vault, { id, ...row });
      return { id, modelName, modelInfo, litellmParams: value, ...(fault !== undefined && { fault }) };
    });
  }
}

/** The parameters of a row, sealed or not. */
export function openedParams(
  vault: Vault,
  { id, litellmParams, sealedParams }: Pick<ConfigModel, 'id' | 'litellmParams' | 'sealedParams'>,
): { readonly value: unknown; readonly fault?: string } {
  return sealedParams === null ? { value: litellmParams } : openJson(vault, sealedPlaces.modelParams(id), sealedParams);
}
