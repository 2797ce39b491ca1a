/** Keeps which POSTs were made under which key, and how they were answered; the answers sealed. */
import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '../../database/database-errors.js';
import { DatabaseService } from '../../database/database.service.js';

export interface KnownRequest {
  readonly bodyHash: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** Undefined while it runs. */
  readonly answer: { readonly status: number; readonly sealed: string } | undefined;
}

@Injectable()
export class IdempotentRequestRepository {
  constructor(private readonly database: DatabaseService) {}

  /** True for whoever comes first. */
  async claim(id: string, bodyHash: string, createdAt: Date, expiresAt: Date): Promise<boolean> {
    try {
      await this.database.run((client) =>
        client.idempotentRequest.create({ data: { id, bodyHash, createdAt, expiresAt } }),
      );
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  /** True for the one who takes over a request that is no longer believed to run, or whose time is over. */
  async takeOver(
    id: string,
    known: KnownRequest,
    bodyHash: string,
    createdAt: Date,
    expiresAt: Date,
  ): Promise<boolean> {
    const { count } = await this.database.run((client) =>
      client.idempotentRequest.updateMany({
        where: { id, createdAt: known.createdAt },
        data: { bodyHash, createdAt, expiresAt, status: null, sealedAnswer: null },
      }),
    );
    return count === 1;
  }

  async find(id: string): Promise<KnownRequest | null> {
    const row = await this.database.run((client) => client.idempotentRequest.findUnique({ where: { id } }));
    if (!row) return null;
    const { bodyHash, createdAt, expiresAt, status, sealedAnswer } = row;
    const answer = status === null || sealedAnswer === null ? undefined : { status, sealed: sealedAnswer };
    return { bodyHash, createdAt, expiresAt, answer };
  }

  async answer(id: string, createdAt: Date, status: number, sealedAnswer: string): Promise<void> {
    await this.database.run((client) =>
      client.idempotentRequest.updateMany({ where: { id, createdAt }, data: { status, sealedAnswer } }),
    );
  }

  /** A request that failed changed nothing: it may be made again. */
  async forget(id: string, createdAt: Date): Promise<void> {
    await this.database.run((client) => client.idempotentRequest.deleteMany({ where: { id, createdAt } }));
  }

  /** Deletes those whose time is over, a batch of them. */
  async prune(now: Date, batch: number): Promise<void> {
    await this.database.run(async (client) => {
      const expired = await client.idempotentRequest.findMany({
        where: { expiresAt: { lte: now } },
        select: { id: true },
        take: batch,
      });
      if (expired.length === 0) return;
      await client.idempotentRequest.deleteMany({
        where: { id: { in: expired.map(({ id }) => id) }, expiresAt: { lte: now } },
      });
    });
  }
}
