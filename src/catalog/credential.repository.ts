/** Reads the credentials that were added through the management API from the database, and opens them. */
import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../database/database.service.js';
import { sealedPlaces } from '../vault/sealed-place.js';
import { Vault } from '../vault/vault.service.js';
import type { StoredCredential } from './config-model-source.js';
import { openJson } from './open-json.js';

@Injectable()
export class StoredCredentialRepository {
  constructor(
    private readonly database: DatabaseService,
    private readonly vault: Vault,
  ) {}

  /** Throws GatewayError `database_unavailable`. */
  async list(): Promise<readonly StoredCredential[]> {
    const rows = await this.database.run((client) => client.credential.findMany({ orderBy: { name: 'asc' } }));
    return rows.map(({ name, info, sealedValues }) => {
      const { value: values, fault } = openJson(this.vault, sealedPlaces.credentialValues(name), sealedValues);
      return { name, info, values, ...(fault !== undefined && { fault }) };
    });
  }
}
