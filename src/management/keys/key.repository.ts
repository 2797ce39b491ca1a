/** Writes virtual keys; each change and its feed event are one transaction. */
import { Injectable } from '@nestjs/common';
import { keyTopic } from '../../auth/virtual-key.repository.js';
import { ChangeFeedRepository } from '../../database/change-feed.repository.js';
import { DatabaseService } from '../../database/database.service.js';
import type { Prisma, VirtualKey } from '../../database/generated/sqlite/client.js';

@Injectable()
export class KeyRepository {
  constructor(
    private readonly database: DatabaseService,
    private readonly feed: ChangeFeedRepository,
  ) {}

  /** @throws a unique-constraint error of Prisma where the alias or the key itself exists */
  create(data: Prisma.VirtualKeyCreateInput): Promise<VirtualKey> {
    return this.database.transaction(async (tx) => {
      const row = await tx.virtualKey.create({ data });
      await this.feed.append(tx, keyTopic, row.token);
      return row;
    });
  }

  find(token: string): Promise<VirtualKey | null> {
    return this.database.run((client) => client.virtualKey.findUnique({ where: { token } }));
  }

  findByAliases(aliases: readonly string[]): Promise<VirtualKey[]> {
    return this.database.run((client) => client.virtualKey.findMany({ where: { keyAlias: { in: [...aliases] } } }));
  }

  findByTokens(tokens: readonly string[]): Promise<VirtualKey[]> {
    return this.database.run((client) => client.virtualKey.findMany({ where: { token: { in: [...tokens] } } }));
  }

  async delete(tokens: readonly string[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.virtualKey.deleteMany({ where: { token: { in: [...tokens] } } });
      for (const token of tokens) await this.feed.append(tx, keyTopic, token);
    });
  }

  /** What the ledger holds against the key, nano-dollars. */
  async spentNanos(token: string): Promise<bigint> {
    const { _sum } = await this.database.run((client) =>
      client.spendLog.aggregate({ where: { apiKeyHash: token }, _sum: { spendNanos: true } }),
    );
    return _sum.spendNanos ?? 0n;
  }
}
