/** Finds pages of the sums by day, and what is known of the keys, users and teams in them. */
import { Injectable } from '@nestjs/common';
import type { DailySpend, Prisma } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import type { KeyMetadata } from './daily-activity-view.js';

type Facts = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

const LEAST_SKIPPED_BY_ID = 1_000;

@Injectable()
export class DailyActivityRepository {
  constructor(private readonly database: DatabaseService) {}

  /** The newest day first; the id settles the order within a day, in the same direction, so that an index is in the order of both. */
  async page(where: Prisma.DailySpendWhereInput, skip: number, take: number): Promise<DailySpend[]> {
    const orderBy = [{ date: 'desc' as const }, { id: 'desc' as const }];
    if (skip < LEAST_SKIPPED_BY_ID) {
      return this.database.run((client) => client.dailySpend.findMany({ where, orderBy, skip, take }));
    }
    // What is skipped is not read whole: the index alone tells the ids.
    return this.database.run(async (client) => {
      const ids = await client.dailySpend.findMany({ where, orderBy, skip, take, select: { id: true } });
      return client.dailySpend.findMany({ where: { id: { in: ids.map(({ id }) => id) } }, orderBy });
    });
  }

  /** Counts no further than `most`. Without an order Prisma takes the key's, for which all that matches is read first. */
  count(where: Prisma.DailySpendWhereInput, most: number): Promise<number> {
    const orderBy = { date: 'desc' as const };
    return this.database.run((client) => client.dailySpend.count({ where, orderBy, take: most }));
  }

  async keys(hashes: readonly string[]): Promise<ReadonlyMap<string, KeyMetadata>> {
    const where = { token: { in: [...new Set(hashes)] } };
    const select = { token: true, keyAlias: true, teamId: true, userId: true };
    const keys = await this.database.run((client) => client.virtualKey.findMany({ where, select }));
    const users = await this.users(keys.flatMap(({ userId }) => userId ?? []));
    return new Map(
      keys.map(({ token, keyAlias, teamId, userId }) => {
        const email = users.get(userId ?? '')?.['user_email'];
        const user = { user_id: userId, user_email: typeof email === 'string' ? email : null };
        return [token, { key_alias: keyAlias, team_id: teamId, ...user, key_exists: true }];
      }),
    );
  }

  async users(ids: readonly string[]): Promise<Facts> {
    const where = { id: { in: named(ids) } };
    const select = { id: true, email: true, alias: true };
    const users = await this.database.run((client) => client.user.findMany({ where, select }));
    return new Map(users.map(({ id, email, alias }) => [id, { user_email: email, user_alias: alias }]));
  }

  async teams(ids: readonly string[]): Promise<Facts> {
    const where = { id: { in: named(ids) } };
    const teams = await this.database.run((client) =>
      client.team.findMany({ where, select: { id: true, alias: true } }),
    );
    return new Map(teams.map(({ id, alias }) => [id, { team_alias: alias }]));
  }

  async organizations(ids: readonly string[]): Promise<Facts> {
    const where = { id: { in: named(ids) } };
    const organizations = await this.database.run((client) =>
      client.organization.findMany({ where, select: { id: true, alias: true } }),
    );
    return new Map(organizations.map(({ id, alias }) => [id, { organization_alias: alias }]));
  }

  async customers(ids: readonly string[]): Promise<Facts> {
    const where = { id: { in: named(ids) } };
    const customers = await this.database.run((client) =>
      client.customer.findMany({ where, select: { id: true, alias: true } }),
    );
    return new Map(customers.map(({ id, alias }) => [id, { alias }]));
  }
}

function named(ids: readonly string[]): string[] {
  return [...new Set(ids)].filter((id) => id !== '');
}
