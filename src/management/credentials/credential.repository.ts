/** The rows of stored credentials: their values are sealed, or they are not stored. */
import { Injectable } from '@nestjs/common';
import { openJson } from '../../catalog/open-json.js';
import type { Credential, Prisma, TransactionClient } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { sealedPlaces } from '../../vault/sealed-place.js';
import { Vault } from '../../vault/vault.service.js';

export type Members = Readonly<Record<string, unknown>>;

export interface OpenCredential {
  readonly row: Credential;
  /** Null where they cannot be opened. */
  readonly values: Members | null;
  readonly info: Members;
}

@Injectable()
export class CredentialRepository {
  constructor(
    private readonly database: DatabaseService,
    private readonly vault: Vault,
  ) {}

  async find(name: string, client?: TransactionClient): Promise<OpenCredential | null> {
    const row = client
      ? await client.credential.findUnique({ where: { name } })
      : await this.database.run((each) => each.credential.findUnique({ where: { name } }));
    return row && this.opened(row);
  }

  async page(skip: number, take: number): Promise<readonly OpenCredential[]> {
    const rows = await this.database.run((client) =>
      client.credential.findMany({ orderBy: [{ createdAt: 'asc' }, { name: 'asc' }], skip, take }),
    );
    return rows.map((row) => this.opened(row));
  }

  count(): Promise<number> {
    return this.database.run((client) => client.credential.count());
  }

  /** @throws GatewayError `no_encryption_key`; a unique-constraint error of Prisma where the name is taken */
  create(tx: TransactionClient, name: string, values: Members, info: Members, by: string): Promise<Credential> {
    const data = { name, ...this.stored(name, values, info), createdBy: by, updatedBy: by };
    return tx.credential.create({ data });
  }

  /** @throws GatewayError `no_encryption_key` */
  update(tx: TransactionClient, name: string, values: Members, info: Members, by: string): Promise<Credential> {
    return tx.credential.update({ where: { name }, data: { ...this.stored(name, values, info), updatedBy: by } });
  }

  async delete(tx: TransactionClient, name: string): Promise<void> {
    await tx.credential.deleteMany({ where: { name } });
  }

  private opened(row: Credential): OpenCredential {
    const { value } = openJson(this.vault, sealedPlaces.credentialValues(row.name), row.sealedValues);
    return { row, values: membersOf(value), info: membersOf(row.info) ?? {} };
  }

  private stored(name: string, values: Members, info: Members): { sealedValues: string; info: Prisma.InputJsonObject } {
    const sealedValues = this.vault.seal(sealedPlaces.credentialValues(name), JSON.stringify(values));
    return { sealedValues, info: info as Prisma.InputJsonObject };
  }
}

function membersOf(value: unknown): Members | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : null;
}
