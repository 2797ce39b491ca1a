/** Reads and writes the pass-through endpoints of the database: settings of a section of their own, sealed, as their headers hold keys. */
import { Injectable } from '@nestjs/common';
import type { ConfigSetting, TransactionClient } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { sealedPlaces } from '../../vault/sealed-place.js';
import { Vault } from '../../vault/vault.service.js';
import { openJson } from '../open-json.js';

/** No section of the file, so that nothing else takes these rows for settings. */
const section = 'pass_through_endpoints';

export interface StoredEndpoint {
  readonly id: string;
  /** As it was given, checked again by whoever reads it. */
  readonly value: unknown;
  /** Why its value cannot be had. */
  readonly fault?: string;
}

@Injectable()
export class StoredEndpointRepository {
  constructor(
    private readonly database: DatabaseService,
    private readonly vault: Vault,
  ) {}

  /** The oldest first. Throws GatewayError `database_unavailable`. */
  async list(tx?: TransactionClient): Promise<readonly StoredEndpoint[]> {
    const query = { where: { section }, orderBy: [{ updatedAt: 'asc' }, { name: 'asc' }] } as const;
    const rows = tx
      ? await tx.configSetting.findMany({ ...query, orderBy: [...query.orderBy] })
      : await this.database.run((client) => client.configSetting.findMany({ ...query, orderBy: [...query.orderBy] }));
    return rows.map((row) => this.opened(row));
  }

  /** @throws GatewayError `no_encryption_key` */
  async put(tx: TransactionClient, { id, value }: StoredEndpoint, updatedBy: string): Promise<void> {
    const sealedValue = this.vault.seal(sealedPlaces.configSetting(section, id), JSON.stringify(value));
    await tx.configSetting.upsert({
      where: { section_name: { section, name: id } },
      create: { section, name: id, sealedValue, updatedBy },
      update: { sealedValue, updatedBy },
    });
  }

  async delete(tx: TransactionClient, id: string): Promise<void> {
    await tx.configSetting.deleteMany({ where: { section, name: id } });
  }

  private opened({ name, sealedValue }: ConfigSetting): StoredEndpoint {
    if (sealedValue === null) return { id: name, value: null, fault: 'it has no value.' };
    return { id: name, ...openJson(this.vault, sealedPlaces.configSetting(section, name), sealedValue) };
  }
}
