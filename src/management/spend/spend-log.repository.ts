/** Finds rows of the spend log, so that neither a filter nor a page reads more than it must. */
import { Injectable } from '@nestjs/common';
import {
  absentFromJson,
  fromJson,
  type Prisma,
  type SpendLog,
  type SpendPayload,
} from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import type { SpendDetail } from '../../spend/spend-row.js';
import type { LogCursor, SortField, SpendLogsPageQuery } from './spend-logs.dto.js';
import { rowsWithin, type SpendScope } from './spend-scope.js';

export type LogFilter = Prisma.SpendLogWhereInput;
type Order = 'asc' | 'desc';

/** What rows are sorted by that no index is in the order of. */
type Sortable = Pick<SpendLog, 'requestId' | 'startedAt' | 'spendNanos' | 'totalTokens' | 'model' | 'detail'>;

export interface DaySum {
  readonly apiKeyHash: string;
  readonly userId: string;
  readonly model: string;
  readonly spendNanos: bigint;
}

@Injectable()
export class SpendLogRepository {
  constructor(private readonly database: DatabaseService) {}

  visible(scope: SpendScope, filter: LogFilter): LogFilter {
    return { AND: [filter, rowsWithin(scope, this.database.dialect)] };
  }

  filterOf(query: Partial<SpendLogsPageQuery>): LogFilter {
    const { dialect } = this.database;
    const inDetail = (member: string, value: string | undefined): LogFilter[] =>
      value === undefined ? [] : [{ detail: fromJson(dialect, member, { equals: value }) }];
    return {
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
      AND: [
        ...inDetail('sessionId', query.session_id),
        ...inDetail('keyAlias', query.key_alias),
        ...inDetail('errorCode', query.error_code),
        ...this.#cacheFilter(query.cache_hit_filter),
      ],
    };
  }

  /** Whether rows are filtered by what no index leads to. */
  hasSlowFilter(query: SpendLogsPageQuery): boolean {
    const { model, model_group: group, model_id: deployment, status_filter: status } = query;
    const { min_spend: min, max_spend: max, session_id: session, key_alias: alias, error_code: code } = query;
    const slow = [model, group, deployment, status, min, max, session, alias, code, query.cache_hit_filter];
    return query.request_id === undefined && slow.some((filter) => filter !== undefined);
  }

  /** Of a query the part that an index leads to. */
  indexedFilterOf(query: SpendLogsPageQuery): LogFilter {
    const { start_date, end_date, api_key, user_id, team_id, end_user } = query;
    return this.filterOf({ start_date, end_date, api_key, user_id, team_id, end_user });
  }

  /** The time of the row that stands behind `most` others; null where there are not so many. */
  async timeBehind(where: LogFilter, order: Order, most: number): Promise<Date | null> {
    // The time alone, and by the time alone: then the index knows it all.
    const asked = { where, orderBy: { startedAt: order }, select: { startedAt: true }, skip: most, take: 1 };
    const [row] = await this.database.run((client) => client.spendLog.findMany(asked));
    return row?.startedAt ?? null;
  }

  /** Counts no further than `most`. Without an order Prisma takes the key's, for which all that matches is read first. */
  count(where: LogFilter, most: number): Promise<number> {
    const orderBy = { startedAt: 'desc' as const };
    return this.database.run((client) => client.spendLog.count({ where, orderBy, take: most }));
  }

  /** The ids of the first rows that match. */
  async ids(where: LogFilter, order: Order, take: number): Promise<string[]> {
    const orderBy = [{ startedAt: order }, { requestId: order }];
    const select = { requestId: true } as const;
    const rows = await this.database.run((client) => client.spendLog.findMany({ where, orderBy, select, take }));
    return rows.map(({ requestId }) => requestId);
  }

  find(where: LogFilter, order: Order, take: number, skip = 0): Promise<SpendLog[]> {
    // The id settles the order of requests of the same millisecond, so that pages neither overlap nor leave gaps.
    const orderBy = [{ startedAt: order }, { requestId: order }];
    return this.database.run((client) => client.spendLog.findMany({ where, orderBy, skip, take }));
  }

  /** Those that stand behind a row in that order. The plain bound on the time is what lets an index find them. */
  after({ startedAt, requestId }: LogCursor, order: Order): LogFilter {
    const beyond = order === 'desc' ? 'lt' : 'gt';
    return {
      startedAt: order === 'desc' ? { lte: startedAt } : { gte: startedAt },
      OR: [{ startedAt: { [beyond]: startedAt } }, { requestId: { [beyond]: requestId } }],
    };
  }

  /** As if a row had stood at the end of what is on this side of a time, that time included. */
  cursorAt(edge: Date, order: Order): LogCursor {
    // Every id is greater than a space.
    return { startedAt: order === 'desc' ? edge : new Date(edge.getTime() + 1), requestId: ' ' };
  }

  /** The ids of all rows that match, in the order of a field without an index; null where they are more than `most`. */
  async idsInOrder(where: LogFilter, by: SortField, order: Order, most: number): Promise<string[] | null> {
    const inDetail = by === 'endTime' || by === 'request_duration_ms' || by === 'ttft_ms';
    const select = {
      requestId: true,
      startedAt: true,
      spendNanos: true,
      totalTokens: true,
      model: true,
      detail: inDetail,
    };
    const rows = await this.database.run((client) =>
      client.spendLog.findMany({ where, select, orderBy: { startedAt: 'desc' }, take: most + 1 }),
    );
    if (rows.length > most) return null;
    return (rows as Sortable[])
      .map((row) => ({ row, value: sortValue(row, by) }))
      .sort((a, b) => compared(a, b, order))
      .map(({ row }) => row.requestId);
  }

  /** In the order of the ids. */
  async named(ids: readonly string[]): Promise<SpendLog[]> {
    const rows = await this.database.run((client) =>
      client.spendLog.findMany({ where: { requestId: { in: [...ids] } } }),
    );
    const known = new Map(rows.map((row) => [row.requestId, row]));
    return ids.flatMap((id) => known.get(id) ?? []);
  }

  findOne(where: LogFilter): Promise<SpendLog | null> {
    return this.database.run((client) => client.spendLog.findFirst({ where }));
  }

  findPayload(requestId: string): Promise<SpendPayload | null> {
    return this.database.run((client) => client.spendPayload.findUnique({ where: { requestId } }));
  }

  async firstAndLast(where: LogFilter): Promise<{ readonly first: Date; readonly last: Date } | null> {
    const { _min, _max } = await this.database.run((client) =>
      client.spendLog.aggregate({ where, _min: { startedAt: true }, _max: { startedAt: true } }),
    );
    return _min.startedAt && _max.startedAt ? { first: _min.startedAt, last: _max.startedAt } : null;
  }

  async sums(where: LogFilter): Promise<DaySum[]> {
    const groups = await this.database.run((client) =>
      client.spendLog.groupBy({ by: ['apiKeyHash', 'userId', 'model'], where, _sum: { spendNanos: true } }),
    );
    return groups.map(({ apiKeyHash, userId, model, _sum }) => ({
      apiKeyHash,
      userId: userId ?? '',
      model,
      spendNanos: _sum.spendNanos ?? 0n,
    }));
  }

  /** What says nothing of a cache is a miss, as in LiteLLM. */
  #cacheFilter(wanted: SpendLogsPageQuery['cache_hit_filter']): LogFilter[] {
    const { dialect } = this.database;
    if (wanted === undefined) return [];
    if (wanted === 'hit') return [{ detail: fromJson(dialect, 'cacheHit', { equals: true }) }];
    const absent = { detail: fromJson(dialect, 'cacheHit', absentFromJson) };
    return [{ OR: [{ detail: fromJson(dialect, 'cacheHit', { equals: false }) }, absent] }];
  }
}

/** Undefined for what never happened, such as the first token of an answer that did not come. */
function sortValue(row: Sortable, by: SortField): string | number | bigint | undefined {
  // Written by the spend room alone, in this shape.
  const detail = row.detail as unknown as SpendDetail | undefined;
  const startedMs = row.startedAt.getTime();
  switch (by) {
    case 'startTime':
      return startedMs;
    case 'spend':
      return row.spendNanos;
    case 'total_tokens':
      return row.totalTokens;
    case 'model':
      return row.model;
    case 'endTime':
      return detail?.endedAtMs;
    case 'request_duration_ms':
      return detail && detail.endedAtMs - startedMs;
    case 'ttft_ms':
      return detail?.completionStartedAtMs === undefined ? undefined : detail.completionStartedAtMs - startedMs;
  }
}

interface Sorted {
  readonly row: Sortable;
  readonly value: string | number | bigint | undefined;
}

/** Rows without the value come last either way; the newest of equal ones first. */
function compared(a: Sorted, b: Sorted, order: Order): number {
  if (a.value === undefined || b.value === undefined) {
    if (a.value !== b.value) return a.value === undefined ? 1 : -1;
  } else if (a.value !== b.value) {
    return a.value < b.value === (order === 'asc') ? -1 : 1;
  }
  const apartMs = b.row.startedAt.getTime() - a.row.startedAt.getTime();
  return apartMs === 0 ? (a.row.requestId < b.row.requestId ? 1 : -1) : apartMs;
}
