/** Reads and writes the table of stored responses. */
import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../../database/database.service.js';
import type { StoredResponse as Row } from '../../database/generated/sqlite/client.js';
import type { ResponseContent, ResponseReader, StoredResponse, StoredResponseWithContent } from './stored-response.js';

/** SQLite takes some thousand values in one statement; a longer conversation is read in parts. */
const idsInOneStatement = 500;

@Injectable()
export class StoredResponseRepository {
  constructor(private readonly database: DatabaseService) {}

  get isReachable(): boolean {
    return this.database.status === 'ready';
  }

  /**
   * Writes the row, over an older one of the same id and key.
   *
   * @param content a `ResponseContent` as JSON
   */
  async save({ ownerHash: apiKeyHash, id, ...rest }: StoredResponse, content: string | null): Promise<void> {
    const data = { ...rest, chain: [...rest.chain], content };
    const where = { id_apiKeyHash: { id, apiKeyHash } };
    await this.database.run((client) =>
      client.storedResponse.upsert({ where, create: { id, apiKeyHash, ...data }, update: data, select: { id: true } }),
    );
  }

  /** The newest of the id that the reader may see and that has not expired. */
  async find(id: string, reader: ResponseReader, now: Date): Promise<StoredResponseWithContent | null> {
    const row = await this.database.run((client) =>
      client.storedResponse.findFirst({
        where: { id, expiresAt: { gt: now }, ...(!reader.readsAll && { apiKeyHash: reader.keyHash }) },
        orderBy: { createdAt: 'desc' },
      }),
    );
    return row && toStored(row);
  }

  /** Whoever made them, where no reader is given: turns of a conversation that its reader may see. In no order. */
  async findAll(ids: readonly string[], now: Date, reader?: ResponseReader): Promise<StoredResponseWithContent[]> {
    const found: Row[] = [];
    const owner = reader && !reader.readsAll ? { apiKeyHash: reader.keyHash } : {};
    for (let from = 0; from < ids.length; from += idsInOneStatement) {
      const part = ids.slice(from, from + idsInOneStatement);
      const where = { id: { in: part }, keeper: 'gateway', expiresAt: { gt: now }, ...owner };
      found.push(...(await this.database.run((client) => client.storedResponse.findMany({ where }))));
    }
    return found.map(toStored);
  }

  /** Marks the response as settled or not; false where it was so already. */
  async mark({ id, ownerHash: apiKeyHash }: StoredResponse, unsettled: boolean): Promise<boolean> {
    const where = { id, apiKeyHash, unsettled: !unsettled };
    const { count } = await this.database.run((client) =>
      client.storedResponse.updateMany({ where, data: { unsettled } }),
    );
    return count > 0;
  }

  async delete(id: string, ownerHash: string): Promise<void> {
    await this.database.run((client) => client.storedResponse.deleteMany({ where: { id, apiKeyHash: ownerHash } }));
  }

  /** Those of the ids that would go earlier stay until then. */
  async extend(ids: readonly string[], expiresAt: Date): Promise<void> {
    for (let from = 0; from < ids.length; from += idsInOneStatement) {
      const where = { id: { in: ids.slice(from, from + idsInOneStatement) }, expiresAt: { lt: expiresAt } };
      await this.database.run((client) => client.storedResponse.updateMany({ where, data: { expiresAt } }));
    }
  }

  /** Deletes about `most` of what has expired, the oldest first. True where more is left. */
  async deleteExpired(now: Date, most: number): Promise<boolean> {
    const expired = await this.database.run((client) =>
      client.storedResponse.findMany({
        where: { expiresAt: { lte: now } },
        orderBy: { expiresAt: 'asc' },
        take: most,
        select: { expiresAt: true },
      }),
    );
    const last = expired.at(-1);
    if (last === undefined) return false;
    await this.database.run((client) =>
      client.storedResponse.deleteMany({ where: { expiresAt: { lte: last.expiresAt } } }),
    );
    return expired.length === most;
  }
}

function toStored({ apiKeyHash, keeper, chain, content, ...columns }: Row): StoredResponseWithContent {
  return {
    ...columns,
    ownerHash: apiKeyHash,
    keeper: keeper === 'provider' ? 'provider' : 'gateway',
    chain: Array.isArray(chain) ? chain.filter((id) => typeof id === 'string') : [],
    content: content === null ? null : (JSON.parse(content) as ResponseContent),
  };
}
