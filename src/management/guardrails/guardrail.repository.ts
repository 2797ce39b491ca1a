/** The rows of stored guardrails: their parameters are sealed wherever there is a key; what says whom each protects stays readable. */
import { Injectable } from '@nestjs/common';
import { openedGuardrail } from '../../catalog/guardrail.repository.js';
import { gatewayParamNames } from '../../config/schema/guardrails.schema.js';
import { holdsSecrets } from '../../config/secret-params.js';
import type { Guardrail, Prisma, TransactionClient } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { sealedPlaces } from '../../vault/sealed-place.js';
import { Vault } from '../../vault/vault.service.js';

export type Members = Readonly<Record<string, unknown>>;

/** A guardrail as it is to be. */
export interface GuardrailFields {
  readonly name: string;
  readonly params: Members;
  readonly info: Members;
}

export interface OpenGuardrail extends GuardrailFields {
  readonly row: Guardrail;
  /** Its parameters cannot be opened: `params` has those alone that are no secret. */
  readonly isClosed: boolean;
}

/** Of all rows: the catalog holds as many in memory. */
const mostRows = 10_000;

@Injectable()
export class GuardrailRepository {
  constructor(
    private readonly database: DatabaseService,
    private readonly vault: Vault,
  ) {}

  async find(id: string, client?: TransactionClient): Promise<OpenGuardrail | null> {
    const row = client
      ? await client.guardrail.findUnique({ where: { id } })
      : await this.database.run((each) => each.guardrail.findUnique({ where: { id } }));
    return row && this.opened(row);
  }

  /** In the order in which they were added. */
  async list(): Promise<readonly OpenGuardrail[]> {
    const rows = await this.database.run((client) =>
      client.guardrail.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], take: mostRows }),
    );
    return rows.map((row) => this.opened(row));
  }

  /** @throws GatewayError `no_encryption_key`; a unique-constraint error of Prisma where the name is taken */
  create(tx: TransactionClient, id: string, fields: GuardrailFields, by: string): Promise<Guardrail> {
    return tx.guardrail.create({ data: { id, ...this.stored(id, fields), createdBy: by, updatedBy: by } });
  }

  /** @throws as `create` does */
  update(tx: TransactionClient, id: string, fields: GuardrailFields, by: string): Promise<Guardrail> {
    return tx.guardrail.update({ where: { id }, data: { ...this.stored(id, fields), updatedBy: by } });
  }

  async delete(tx: TransactionClient, id: string): Promise<void> {
    await tx.guardrail.deleteMany({ where: { id } });
  }

  private opened(row: Guardrail): OpenGuardrail {
    const { name, params, info, fault } = openedGuardrail(this.vault, row);
    return { row, name, params: membersOf(params), info: membersOf(info), isClosed: fault !== undefined };
  }

  /** What is no secret may lie open where nothing can be sealed. */
  private stored(id: string, { name, params, info }: GuardrailFields) {
    const plain = { name, info: info as Prisma.InputJsonObject };
    if (!this.vault.canSeal && !holdsSecrets(params))
      return { ...plain, params: params as Prisma.InputJsonObject, sealedParams: null };
    const open = Object.entries(params).filter(([member]) => gatewayParamNames.includes(member));
    return {
      ...plain,
      params: Object.fromEntries(open) as Prisma.InputJsonObject,
      sealedParams: this.vault.seal(sealedPlaces.guardrailParams(id), JSON.stringify(params)),
    };
  }
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}
