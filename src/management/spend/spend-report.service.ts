/** The detailed reports: who used which model through which key, in all or day by day. */
import { Injectable } from '@nestjs/common';
import { usdFromNanos } from '../../core/pricing/money.js';
import type { Prisma } from '../../database/database-client.js';
import { DailySums, type Amounts, type Sum } from './daily-sums.repository.js';
import type { OwnReportQuery, ReportQuery } from './global-spend.dto.js';
import { GlobalSpendService, within } from './global-spend.service.js';
import type { SpendScope } from './spend-scope.js';

/** What a key used, model by model. */
interface KeyUse {
  readonly api_key: string;
  readonly total_cost: number;
  readonly total_input_tokens: number;
  readonly total_output_tokens: number;
  readonly model_details: readonly object[];
}

@Injectable()
export class SpendReportService {
  constructor(
    private readonly sums: DailySums,
    private readonly totals: GlobalSpendService,
  ) {}

  /** `GET /global/spend/report`: the filters name keys and users, else the grouping decides. */
  async global(scope: SpendScope, query: ReportQuery): Promise<object[]> {
    const { api_key: apiKeyHash, internal_user_id: userId, team_id: teamId, customer_id: customer } = query;
    if (apiKeyHash !== undefined || userId !== undefined || query.group_by === 'api_key') {
      return this.#byKey({ AND: [within(scope, 'all', query), { apiKeyHash, userId, teamId }] });
    }
    if (customer !== undefined || query.group_by === 'customer') {
      return this.#byCustomer({ AND: [within(scope, 'customer', query), { entity: customer, teamId }] });
    }
    return this.#byTeam({ AND: [within(scope, 'all', query), { teamId }] });
  }

  /** `GET /key/spend/report` and those of users, teams and organizations: by key and model, the team named for organizations. */
  async ofOwner(scope: SpendScope, query: OwnReportQuery, owner: Prisma.DailySpendWhereInput): Promise<object[]> {
    const namesTeams = owner.organizationId !== undefined;
    return this.#byKey({ AND: [within(scope, 'all', query), owner] }, namesTeams);
  }

  async #byKey(where: Prisma.DailySpendWhereInput, namesTeams = false): Promise<KeyUse[]> {
    const sums: (Sum<'apiKeyHash' | 'model'> & { teamId?: string })[] = namesTeams
      ? await this.sums.by(['apiKeyHash', 'teamId', 'model'], where)
      : await this.sums.by(['apiKeyHash', 'model'], where);
    const keys = Map.groupBy(sums, ({ apiKeyHash }) => apiKeyHash);
    return [...keys]
      .map(([apiKey, ofKey]) => ({ api_key: apiKey, ...costs(ofKey), model_details: ofKey.map(modelDetail) }))
      .sort((a, b) => b.total_cost - a.total_cost);
  }

  async #byTeam(where: Prisma.DailySpendWhereInput): Promise<object[]> {
    const sums = await this.sums.by(['date', 'teamId', 'model', 'apiKeyHash'], where);
    const names = await this.totals.teamNames(sums.map(({ teamId }) => teamId));
    return byDay(sums).map(([day, ofDay]) => ({
      group_by_day: day,
      teams: [...Map.groupBy(ofDay, ({ teamId }) => teamId)].map(([teamId, ofTeam]) => ({
        team_name: names.get(teamId) ?? 'Unassigned Team',
        ...use(ofTeam),
      })),
    }));
  }

  async #byCustomer(where: Prisma.DailySpendWhereInput): Promise<object[]> {
    const sums = await this.sums.by(['date', 'entity', 'model', 'apiKeyHash'], where);
    return byDay(sums).map(([day, ofDay]) => ({
      group_by_day: day,
      customers: [...Map.groupBy(ofDay, ({ entity }) => entity)].map(([customer, ofCustomer]) => ({
        customer,
        ...use(ofCustomer),
      })),
    }));
  }
}

function byDay<Of extends Sum<'date'>>(sums: readonly Of[]): [string, Of[]][] {
  return [...Map.groupBy(sums, ({ date }) => date)].sort(([a], [b]) => (a < b ? -1 : 1));
}

function modelDetail(sum: Sum<'model'> & { readonly teamId?: string }): object {
  const { model, teamId } = sum;
  return { ...(teamId !== undefined && { team_id: teamId === '' ? null : teamId }), model, ...costs([sum]) };
}

function costs(sums: readonly Amounts[]): Pick<KeyUse, 'total_cost' | 'total_input_tokens' | 'total_output_tokens'> {
  return {
    total_cost: usdFromNanos(sums.reduce((total, { spendNanos }) => total + spendNanos, 0n)),
    total_input_tokens: Number(sums.reduce((total, { promptTokens }) => total + promptTokens, 0n)),
    total_output_tokens: Number(sums.reduce((total, { completionTokens }) => total + completionTokens, 0n)),
  };
}

function use(sums: readonly Sum<'model' | 'apiKeyHash'>[]): { total_spend: number; metadata: object[] } {
  return {
    total_spend: costs(sums).total_cost,
    metadata: sums.map(({ model, apiKeyHash, spendNanos, promptTokens, completionTokens }) => ({
      model,
      api_key: apiKeyHash,
      spend: usdFromNanos(spendNanos),
      total_tokens: Number(promptTokens + completionTokens),
    })),
  };
}
