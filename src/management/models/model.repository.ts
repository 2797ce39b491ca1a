/** The rows of stored models: reads and writes them, their parameters sealed wherever there is a key. */
import { Injectable } from '@nestjs/common';
import { openedParams } from '../../catalog/config-model.repository.js';
import { holdsSecrets } from '../../config/secret-params.js';
import type { ConfigModel, Prisma, TransactionClient } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { sealedPlaces } from '../../vault/sealed-place.js';
import { Vault } from '../../vault/vault.service.js';

export type Members = Readonly<Record<string, unknown>>;

export interface OpenModel {
  readonly row: ConfigModel;
  /** Null where they cannot be opened. */
  readonly params: Members | null;
  readonly info: Members;
}

/** Of all rows: the catalog holds as many in memory. */
const mostRows = 20_000;

@Injectable()
export class ModelRepository {
  constructor(
    private readonly database: DatabaseService,
    private readonly vault: Vault,
  ) {}

  async find(id: string, client?: TransactionClient): Promise<OpenModel | null> {
    const row = client
      ? await client.configModel.findUnique({ where: { id } })
      : await this.database.run((each) => each.configModel.findUnique({ where: { id } }));
    return row && this.opened(row);
  }

  /** In the order in which they were added. */
  async list(): Promise<readonly OpenModel[]> {
    const rows = await this.database.run((client) =>
      client.configModel.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], take: mostRows }),
    );
    return rows.map((row) => this.opened(row));
  }

  /** @throws GatewayError `no_encryption_key` where there is a secret to store and no key */
  async create(
    tx: TransactionClient,
    model: Omit<Prisma.ConfigModelCreateInput, 'litellmParams'>,
    params: Members,
  ): Promise<ConfigModel> {
    return tx.configModel.create({ data: { ...model, ...this.stored(model.id, params) } });
  }

  /** @throws GatewayError `no_encryption_key` */
  async update(
    tx: TransactionClient,
    id: string,
    data: Prisma.ConfigModelUpdateInput,
    params?: Members,
  ): Promise<ConfigModel> {
    return tx.configModel.update({ where: { id }, data: { ...data, ...(params && this.stored(id, params)) } });
  }

  async delete(tx: TransactionClient, id: string): Promise<void> {
    await tx.configModel.deleteMany({ where: { id } });
  }

  private opened(row: ConfigModel): OpenModel {
    const { value } = openedParams(this.vault, row);
    return { row, params: membersOf(value), info: membersOf(row.modelInfo) ?? {} };
  }

  /** What is no secret may lie open where nothing can be sealed. */
  private stored(id: string, params: Members): { litellmParams: Prisma.InputJsonObject; sealedParams: string | null } {
    if (!this.vault.canSeal && !holdsSecrets(params))
      return { litellmParams: params as Prisma.InputJsonObject, sealedParams: null };
    return { litellmParams: {}, sealedParams: this.vault.seal(sealedPlaces.modelParams(id), JSON.stringify(params)) };
  }
}

export function membersOf(value: unknown): Members | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : null;
}
