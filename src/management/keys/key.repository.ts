/** Virtual keys in the database, with their limits and the money that they have spent. */
import { Injectable } from '@nestjs/common';
import type { DatabaseClient, Prisma, TransactionClient, VirtualKey } from '../../database/database-client.js';
import { moveOwner, resetWindows } from '../../limits/definitions/owner-accounts.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import type { LimitPatch, StoredLimits } from '../../limits/definitions/owner-limits.js';
import { ownerOf, type Owner } from '../../limits/definitions/owner.js';
import type { KeyState } from './key-view.js';

/** The kind of a deleted key among `DeletedObject`. */
export const deletedKeyKind = 'key';

export function keyOwner(token: string): Owner {
  return ownerOf('key', token);
}

@Injectable()
export class KeyRepository {
  constructor(private readonly limits: LimitDefinitions) {}

  async find(client: DatabaseClient, token: string): Promise<KeyState | null> {
    const row = await client.virtualKey.findUnique({ where: { token } });
    return row ? ((await this.statesOf(client, [row]))[0] ?? null) : null;
  }

  /** As `find`, and nobody else changes it until the transaction ends: what is read is what is written back. */
  async findToChange(tx: TransactionClient, token: string, by: string): Promise<KeyState | null> {
    await tx.virtualKey.updateMany({ where: { token }, data: { updatedBy: by } });
    return this.find(tx, token);
  }

  /** By their hashes. Ordered here: a database that orders them takes no more than some hundred hashes to look for. */
  async findMany(client: DatabaseClient, where: Prisma.VirtualKeyWhereInput): Promise<KeyState[]> {
    const rows = await client.virtualKey.findMany({ where });
    return this.statesOf(
      client,
      rows.toSorted((left, right) => (left.token < right.token ? -1 : 1)),
    );
  }

  /** In the order of the rows. */
  async statesOf(client: DatabaseClient, rows: readonly VirtualKey[]): Promise<KeyState[]> {
    if (rows.length === 0) return [];
    const states = await this.limits.read(
      client,
      rows.map(({ token }) => keyOwner(token)),
    );
    const budgetIds = new Set([...states.values()].map(({ budgetId }) => budgetId).filter((id) => id !== null));
    const budgets = budgetIds.size === 0 ? [] : await client.budget.findMany({ where: { id: { in: [...budgetIds] } } });
    const byId = new Map(budgets.map(({ id, limits }) => [id, limits as StoredLimits]));
    return rows.flatMap((row) => {
      const limits = states.get(keyOwner(row.token));
      return limits ? [{ row, limits, budgetLimits: byId.get(limits.budgetId ?? '') }] : [];
    });
  }

  /**
   * @param spentNanos what counts as spent already
   * @throws a unique-constraint error of Prisma where the alias or the key itself exists
   */
  async create(
    tx: TransactionClient,
    data: Prisma.VirtualKeyCreateInput,
    limits: LimitPatch,
    spentNanos: bigint,
  ): Promise<KeyState> {
    const { token } = await tx.virtualKey.create({ data });
    await this.limits.write(tx, keyOwner(token), limits);
    if (spentNanos > 0n) await this.limits.resetSpend(tx, keyOwner(token), spentNanos);
    return this.get(tx, token);
  }

  /** @throws a unique-constraint error of Prisma where the new alias exists */
  async update(
    tx: TransactionClient,
    token: string,
    data: Prisma.VirtualKeyUpdateInput,
    limits: LimitPatch | null,
  ): Promise<KeyState> {
    await tx.virtualKey.update({ where: { token }, data });
    if (limits) await this.limits.write(tx, keyOwner(token), limits);
    return this.get(tx, token);
  }

  /** Sets what counts as spent in the main window; with `windows` its further ones begin anew. */
  async resetSpend(tx: TransactionClient, token: string, toNanos: bigint, windows: 'windows' | 'main'): Promise<void> {
    await this.limits.resetSpend(tx, keyOwner(token), toNanos);
    if (windows === 'windows') await resetWindows(tx, keyOwner(token));
  }

  /** A key's new value: its limits, its spend and all that belongs to it go with it. */
  async replace(
    tx: TransactionClient,
    token: string,
    data: { token: string; keyName: string; updatedBy: string },
  ): Promise<void> {
    await tx.virtualKey.update({ where: { token }, data });
    await moveOwner(tx, keyOwner(token), keyOwner(data.token));
    const mine = { ownerKeyHash: token };
    await tx.storedFile.updateMany({ where: mine, data: { ownerKeyHash: data.token } });
    await tx.storedBatch.updateMany({ where: mine, data: { ownerKeyHash: data.token } });
    await tx.storedResponse.updateMany({ where: { apiKeyHash: token }, data: { apiKeyHash: data.token } });
    await tx.jwtKeyMapping.updateMany({ where: { token }, data: { token: data.token } });
    await tx.replacedKey.updateMany({ where: { currentToken: token }, data: { currentToken: data.token } });
  }

  /** With its limits, and the values that it had before. The ledger keeps its rows. */
  async delete(tx: TransactionClient, tokens: readonly string[]): Promise<void> {
    const where = { token: { in: [...tokens] } };
    await tx.virtualKey.deleteMany({ where });
    await tx.jwtKeyMapping.deleteMany({ where });
    await tx.replacedKey.deleteMany({ where: { currentToken: { in: [...tokens] } } });
    await this.limits.remove(tx, tokens.map(keyOwner));
  }

  /** Earlier values of these keys, whether they still work or not. */
  async formerTokens(client: DatabaseClient, tokens: readonly string[]): Promise<string[]> {
    const rows = await client.replacedKey.findMany({
      where: { currentToken: { in: [...tokens] } },
      select: { token: true },
    });
    return rows.map(({ token }) => token);
  }

  private async get(tx: TransactionClient, token: string): Promise<KeyState> {
    const state = await this.find(tx, token);
    if (!state) throw new Error('a key that was written in this transaction is not there');
    return state;
  }
}
