/** Reads the spend log: rows by filter, pages of them, and totals by day. */
import { Injectable } from '@nestjs/common';
import { usdFromNanos } from '../../core/pricing/money.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Prisma } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { spendLogView } from './spend-log-view.js';
import type { SpendLogsPageQuery, SpendLogsQuery } from './spend-logs.dto.js';

export interface SpendLogsPage {
  readonly data: Record<string, unknown>[];
  readonly total: number;
  readonly page: number;
  readonly page_size: number;
  readonly total_pages: number;
}

const MAX_ROWS = 10_000;
const MAX_DAYS = 1_000;
const DAY_MS = 86_400_000;
/** The id settles the order of requests of the same millisecond, so that pages neither overlap nor leave gaps. */
const NEWEST_FIRST = [{ startedAt: 'desc' }, { requestId: 'desc' }] satisfies Prisma.SpendLogOrderByWithRelationInput[];

@Injectable()
export class SpendLogsService {
  constructor(private readonly database: DatabaseService) {}

  /** Totals by day where both dates are given and not declined; else the newest 10,000 rows. */
  async list(query: SpendLogsQuery): Promise<Record<string, unknown>[]> {
    const where: Prisma.SpendLogWhereInput = {
      apiKeyHash: query.api_key,
      userId: query.user_id,
      requestId: query.request_id,
      startedAt: { gte: query.start_date, lte: query.end_date },
    };
    if (query.summarize && query.start_date && query.end_date) return this.#summarize(where, query.end_date);
    const rows = await this.database.run((client) =>
      client.spendLog.findMany({ where, orderBy: NEWEST_FIRST, take: MAX_ROWS }),
    );
    return rows.map(spendLogView);
  }

  async page(query: SpendLogsPageQuery): Promise<SpendLogsPage> {
    const where: Prisma.SpendLogWhereInput = {
      startedAt: { gte: query.start_date, lte: query.end_date },
      apiKeyHash: query.api_key,
      userId: query.user_id,
      teamId: query.team_id,
      requestId: query.request_id,
      model: query.model,
      modelGroup: query.model_group,
      modelId: query.model_id,
      endUser: query.end_user,
      status: query.status_filter,
      spendNanos: { gte: query.min_spend, lte: query.max_spend },
    };
    const { page, page_size: pageSize } = query;
    const [total, rows] = await this.database.run((client) =>
      Promise.all([
        client.spendLog.count({ where }),
        client.spendLog.findMany({ where, orderBy: NEWEST_FIRST, skip: (page - 1) * pageSize, take: pageSize }),
      ]),
    );
    return { data: rows.map(spendLogView), total, page, page_size: pageSize, total_pages: Math.ceil(total / pageSize) };
  }

  /**
   * LiteLLM's shape: for each day with rows its total, and by key, user and model; then a zero for each day up to the
   * end. Nothing at all where the whole range has no rows.
   */
  async #summarize(where: Prisma.SpendLogWhereInput, end: Date): Promise<Record<string, unknown>[]> {
    const { _min, _max } = await this.database.run((client) =>
      client.spendLog.aggregate({ where, _min: { startedAt: true }, _max: { startedAt: true } }),
    );
    if (!_min.startedAt || !_max.startedAt) return [];
    const [firstDay, lastDay, endDay] = [startOfDay(_min.startedAt), startOfDay(_max.startedAt), startOfDay(end)];
    if ((endDay - firstDay) / DAY_MS >= MAX_DAYS) {
      const reason = `The spend of more than ${MAX_DAYS} days cannot be summarized at once. Give a later start_date or an earlier end_date.`;
      throw new GatewayError('invalid_request', { param: 'start_date', facts: { reason } });
    }
    const days: Record<string, unknown>[] = [];
    for (let day = firstDay; day <= endDay; day += DAY_MS) {
      const summary = day <= lastDay ? await this.#summarizeDay(where, day) : emptyDay(day);
      if (summary) days.push(summary);
    }
    return days;
  }

  async #summarizeDay(where: Prisma.SpendLogWhereInput, day: number): Promise<Record<string, unknown> | null> {
    const inDay = { startedAt: { gte: new Date(day), lt: new Date(day + DAY_MS) } };
    const groups = await this.database.run((client) =>
      client.spendLog.groupBy({
        by: ['apiKeyHash', 'userId', 'model'],
        where: { AND: [where, inDay] },
        _sum: { spendNanos: true },
      }),
    );
    if (groups.length === 0) return null;
    const keys = new Map<string, bigint>();
    const users = new Map<string, bigint>();
    const models = new Map<string, bigint>();
    let total = 0n;
    for (const { apiKeyHash, userId, model, _sum } of groups) {
      const nanos = _sum.spendNanos ?? 0n;
      total += nanos;
      for (const [sums, name] of [
        [keys, apiKeyHash],
        [users, userId ?? ''],
        [models, model],
      ] as const) {
        sums.set(name, (sums.get(name) ?? 0n) + nanos);
      }
    }
    return {
      ...inUsd(keys),
      users: inUsd(users),
      models: inUsd(models),
      spend: usdFromNanos(total),
      startTime: isoDay(day),
    };
  }
}

function emptyDay(day: number): Record<string, unknown> {
  return { startTime: isoDay(day), spend: 0, users: {}, models: {} };
}

function inUsd(sums: ReadonlyMap<string, bigint>): Record<string, number> {
  return Object.fromEntries([...sums].map(([name, nanos]) => [name, usdFromNanos(nanos)]));
}

function startOfDay(moment: Date): number {
  return Math.floor(moment.getTime() / DAY_MS) * DAY_MS;
}

function isoDay(day: number): string {
  return new Date(day).toISOString().slice(0, 'YYYY-MM-DD'.length);
}
