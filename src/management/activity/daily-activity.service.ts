/** Daily activity of users, teams, organizations, tags and customers, in LiteLLM's shape; and what the users of teams have spent. */
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/clock.js';
import type { DailySpend, Prisma } from '../../database/database-client.js';
import { DailySums } from '../spend/daily-sums.repository.js';
import { within } from '../spend/global-spend.service.js';
import { isoDay } from '../spend/report-query.js';
import type { SpendScope } from '../spend/spend-scope.js';
import { activityDays, metricsOf, type ActivityDay, type Known } from './daily-activity-view.js';
import { DailyActivityRepository } from './daily-activity.repository.js';
import type { UserActivityQuery, UsersOfTeamsQuery } from './daily-activity.dto.js';

/** Whose activity it is. */
export type ActivityOf = 'user' | 'team' | 'organization' | 'tag' | 'customer';

export interface ActivityQuery {
  readonly start_date: string;
  readonly end_date: string;
  readonly model?: string | undefined;
  readonly api_key?: string | undefined;
  readonly page: number;
  readonly page_size: number;
}

export interface Entities {
  readonly only?: readonly string[] | undefined;
  readonly except?: readonly string[] | undefined;
}

export interface Activity {
  readonly results: readonly ActivityDay[];
  readonly metadata: Readonly<Record<string, number | boolean>>;
}

const columns = {
  user: 'userId',
  team: 'teamId',
  organization: 'organizationId',
  tag: 'entity',
  customer: 'entity',
} as const satisfies Record<ActivityOf, keyof DailySpend>;

/** Sums are counted up to this many; beyond it `has_more` and a `total_pages` that grows tell of the pages to come. */
const MAX_COUNTED = 5_000;
const MAX_SKIPPED = 1_000_000;
const MINUTE_MS = 60_000;

@Injectable()
export class DailyActivityService {
  constructor(
    private readonly repository: DailyActivityRepository,
    private readonly sums: DailySums,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async of(what: ActivityOf, scope: SpendScope, query: ActivityQuery, entities: Entities): Promise<Activity> {
    const { page, page_size: size } = query;
    const { where, rows } = await this.rows(what, scope, query, entities);
    // A first page that is not full is all there is.
    const isAll = page === 1 && rows.length < size;
    const counted = isAll ? rows.length : await this.repository.count(where, MAX_COUNTED + 1);
    const column = columns[what];
    const known: Known = {
      keys: await this.repository.keys(rows.map(({ apiKeyHash }) => apiKeyHash)),
      entities: await this.#factsOf(
        what,
        rows.map((row) => row[column]),
      ),
    };
    const days = activityDays(rows, (row) => row[column], known);
    return { results: days, metadata: totals(rows, page, size, counted) };
  }

  /** The sums of one page, each for itself. */
  async rows(
    what: ActivityOf,
    scope: SpendScope,
    query: ActivityQuery,
    { only, except }: Entities,
  ): Promise<{ readonly where: Prisma.DailySpendWhereInput; readonly rows: DailySpend[] }> {
    const column = columns[what];
    const kind = what === 'tag' || what === 'customer' ? what : 'all';
    const where: Prisma.DailySpendWhereInput = {
      AND: [
        within(scope, kind, query),
        { model: query.model, apiKeyHash: query.api_key },
        ...(only ? [{ [column]: { in: [...only] } }] : []),
        ...(except ? [{ [column]: { notIn: [...except] } }] : []),
      ],
    };
    const skip = (query.page - 1) * query.page_size;
    if (skip > MAX_SKIPPED) {
      const reason = `\`page\` begins behind ${MAX_SKIPPED} sums. Ask for fewer days.`;
      throw new GatewayError('invalid_request', { param: 'page', facts: { reason } });
    }
    return { where, rows: await this.repository.page(where, skip, query.page_size) };
  }

  /** Where the range ends with the caller's today, LiteLLM's clients may ask for what is today in UTC already. */
  withCurrentDay(query: UserActivityQuery): UserActivityQuery {
    const { timezone, include_current_utc_day: extends_, end_date: end } = query;
    if (!extends_ || timezone === undefined) return query;
    const now = this.clock.now();
    const utcToday = isoDay(now);
    const localToday = isoDay(now - timezone * MINUTE_MS);
    return end === localToday && utcToday > end ? { ...query, end_date: utcToday } : query;
  }

  async usersOfTeams(scope: SpendScope, query: UsersOfTeamsQuery): Promise<object[]> {
    const where = { AND: [within(scope, 'all', query), { teamId: { in: query.team_ids } }] };
    const sums = await this.sums.by(['teamId', 'userId'], where);
    const users = await this.repository.users(sums.map(({ userId }) => userId));
    const teams = await this.repository.teams(sums.map(({ teamId }) => teamId));
    return sums.map((sum) => {
      const { cache_read_input_tokens: _read, cache_creation_input_tokens: _created, ...metrics } = metricsOf([sum]);
      return {
        team_id: sum.teamId,
        team_alias: teams.get(sum.teamId)?.['team_alias'] ?? null,
        user_id: sum.userId,
        user_email: users.get(sum.userId)?.['user_email'] ?? null,
        user_alias: users.get(sum.userId)?.['user_alias'] ?? null,
        ...metrics,
      };
    });
  }

  async #factsOf(what: ActivityOf, ids: readonly string[]): Promise<Known['entities']> {
    switch (what) {
      case 'user':
        return this.repository.users(ids);
      case 'team':
        return this.repository.teams(ids);
      case 'organization':
        return this.repository.organizations(ids);
      case 'customer':
        return this.repository.customers(ids);
      case 'tag':
        return new Map();
    }
  }
}

function totals(rows: readonly DailySpend[], page: number, size: number, counted: number): Activity['metadata'] {
  const hasMore = counted > MAX_COUNTED ? rows.length === size : page * size < counted;
  const { spend, ...others } = metricsOf(rows);
  const named = Object.entries(others).map(([name, value]) => [
    name.startsWith('total_') ? name : `total_${name}`,
    value,
  ]);
  return {
    total_spend: spend,
    ...(Object.fromEntries(named) as Record<string, number>),
    page,
    total_pages: Math.max(Math.ceil(Math.min(counted, MAX_COUNTED) / size), hasMore ? page + 1 : 0),
    has_more: hasMore,
  };
}
