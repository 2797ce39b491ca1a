/** LiteLLM's short reports, from the sums by day: by day, key, team, model, provider, tag and customer. */
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import type { Clock } from '../../core/spec/clock.js';
import type { Prisma } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { mainAccount, proxyOwner } from '../../limits/definitions/owner.js';
import { DailySums } from './daily-sums.repository.js';
import type { EndUsersBody } from './global-spend.dto.js';
import { isoDay, shiftDay } from './report-query.js';
import { sumsWithin, type SpendScope } from './spend-scope.js';

interface Days {
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
}

/** What reports without dates are about. */
const RECENT_DAYS = 30;
/** LiteLLM shows so many teams and customers. */
const SHOWN_TEAMS = 10;
const SHOWN_CUSTOMERS = 100;
const MOST_NAMES = 10_000;
/** Where rows name no team. */
const UNASSIGNED = 'Unassigned';

@Injectable()
export class GlobalSpendService {
  constructor(
    private readonly sums: DailySums,
    private readonly database: DatabaseService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async total(scope: SpendScope): Promise<{ spend: number; max_budget: number | null }> {
    const { spendNanos } = await this.sums.total(this.#recent(scope));
    const id = mainAccount(proxyOwner);
    const account = scope.everything
      ? await this.database.run((client) => client.budgetAccount.findUnique({ where: { id } }))
      : null;
    return {
      spend: usdFromNanos(spendNanos),
      max_budget: account?.maxNanos == null ? null : usdFromNanos(account.maxNanos),
    };
  }

  async byDay(scope: SpendScope, apiKeyHash: string | undefined): Promise<object[]> {
    const days = await this.sums.by(['date'], { AND: [this.#recent(scope), { apiKeyHash }] });
    return days
      .sort((a, b) => (a.date < b.date ? -1 : 1))
      .map(({ date, spendNanos }) => ({
        date,
        spend: usdFromNanos(spendNanos),
        ...(apiKeyHash !== undefined && { api_key: apiKeyHash }),
      }));
  }

  async byKey(scope: SpendScope, most: number): Promise<object[]> {
    const keys = await this.sums.by(['apiKeyHash'], this.#recent(scope), most);
    const tokens = keys.map(({ apiKeyHash }) => apiKeyHash);
    const rows = await this.database.run((client) =>
      client.virtualKey.findMany({
        where: { token: { in: tokens } },
        select: { token: true, keyAlias: true, keyName: true },
      }),
    );
    const known = new Map(rows.map((row) => [row.token, row]));
    return keys.map(({ apiKeyHash, spendNanos }) => ({
      api_key: apiKeyHash,
      key_alias: known.get(apiKeyHash)?.keyAlias ?? null,
      key_name: known.get(apiKeyHash)?.keyName ?? null,
      total_spend: usdFromNanos(spendNanos),
    }));
  }

  async byTeam(scope: SpendScope): Promise<{ daily_spend: object[]; teams: string[]; total_spend_per_team: object[] }> {
    const sums = await this.sums.by(['teamId', 'date'], this.#recent(scope));
    const aliases = await this.teamNames(sums.map(({ teamId }) => teamId));
    const days = new Map<string, Map<string, bigint>>();
    const totals = new Map<string, bigint>();
    for (const { date, teamId, spendNanos } of sums) {
      const name = aliases.get(teamId) ?? UNASSIGNED;
      const day = days.get(date) ?? new Map<string, bigint>();
      days.set(date, day.set(name, (day.get(name) ?? 0n) + spendNanos));
      totals.set(name, (totals.get(name) ?? 0n) + spendNanos);
    }
    return {
      daily_spend: [...days].sort(byName).map(([date, teams]) => ({
        ...Object.fromEntries([...teams].map(([name, nanos]) => [name, usdFromNanos(nanos)])),
        date,
      })),
      teams: [...totals.keys()],
      total_spend_per_team: [...totals]
        .sort(byAmount)
        .slice(0, SHOWN_TEAMS)
        .map(([name, nanos]) => ({ team_id: name, total_spend: usdFromNanos(nanos) })),
    };
  }

  async byModel(scope: SpendScope, most: number): Promise<object[]> {
    const models = await this.sums.by(['model'], this.#recent(scope), most);
    return models.map(({ model, spendNanos, promptTokens, completionTokens }) => ({
      model,
      total_spend: usdFromNanos(spendNanos),
      total_tokens: Number(promptTokens + completionTokens),
    }));
  }

  async byProvider(scope: SpendScope, days: Days): Promise<object[]> {
    const providers = await this.sums.by(['provider'], within(scope, 'all', days));
    return providers
      .filter(({ provider }) => provider !== '')
      .map(({ provider, spendNanos }) => ({ provider, spend: usdFromNanos(spendNanos) }));
  }

  async byTag(scope: SpendScope, days: Days): Promise<object[]> {
    const tags = await this.sums.by(['entity'], within(scope, 'tag', days));
    return tags.map(({ entity, requests, spendNanos }) => ({
      individual_request_tag: entity,
      log_count: requests,
      total_spend: usdFromNanos(spendNanos),
    }));
  }

  /** `all-tags` among the tags means every tag, as no tag does. */
  async ofTags(
    scope: SpendScope,
    days: Days,
    tags: readonly string[] | undefined,
  ): Promise<{ spend_per_tag: object[] }> {
    const named = tags && !tags.includes('all-tags') ? { entity: { in: [...tags] } } : {};
    const sums = await this.sums.by(['entity'], { AND: [within(scope, 'tag', days), named] });
    return {
      spend_per_tag: sums.map(({ entity, requests, spendNanos }) => ({
        name: entity,
        spend: usdFromNanos(spendNanos),
        log_count: requests,
      })),
    };
  }

  /** The names of tags, or of customers, with the largest spend first. */
  async namesOf(scope: SpendScope, kind: 'tag' | 'customer'): Promise<string[]> {
    const named = await this.sums.by(['entity'], within(scope, kind, {}), MOST_NAMES);
    return named.map(({ entity }) => entity);
  }

  /** By day, since sums are: a day that the times touch counts whole. */
  async byCustomer(scope: SpendScope, { startTime, endTime, api_key: apiKeyHash }: EndUsersBody): Promise<object[]> {
    const days = { start_date: dayOf(startTime) ?? this.#firstDay(), end_date: dayOf(endTime) };
    const where = { AND: [within(scope, 'customer', days), { apiKeyHash: apiKeyHash ?? undefined }] };
    const customers = await this.sums.by(['entity'], where, SHOWN_CUSTOMERS);
    return customers.map(({ entity, requests, spendNanos }) => ({
      end_user: entity,
      total_count: requests,
      total_spend: usdFromNanos(spendNanos),
    }));
  }

  /** How teams are called: by their alias, else by their id. */
  async teamNames(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const named = [...new Set(ids)].filter((id) => id !== '');
    const teams = await this.database.run((client) =>
      client.team.findMany({ where: { id: { in: named } }, select: { id: true, alias: true } }),
    );
    const aliases = new Map(teams.map(({ id, alias }) => [id, alias]));
    return new Map(named.map((id) => [id, aliases.get(id) ?? id]));
  }

  #recent(scope: SpendScope): Prisma.DailySpendWhereInput {
    return within(scope, 'all', { start_date: this.#firstDay() });
  }

  #firstDay(): string {
    return shiftDay(isoDay(this.clock.now()), -RECENT_DAYS);
  }
}

/** The sums of some days that the caller may see. */
export function within(
  scope: SpendScope,
  kind: 'all' | 'tag' | 'customer',
  { start_date: gte, end_date: lte }: Days,
): Prisma.DailySpendWhereInput {
  return { AND: [{ kind, date: { gte, lte } }, sumsWithin(scope)] };
}

function dayOf(time: string | null | undefined): string | undefined {
  // Without a zone it is UTC, as everywhere else.
  return time == null ? undefined : isoDay(Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(time) ? time : `${time}Z`));
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function byAmount([, a]: readonly [string, bigint], [, b]: readonly [string, bigint]): number {
  return a > b ? -1 : a < b ? 1 : 0;
}
