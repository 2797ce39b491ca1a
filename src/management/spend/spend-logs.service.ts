/** Reads the spend log: rows by filter, pages of them, totals by day, and what was asked and answered. */
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { SpendLog } from '../../database/database-client.js';
import { DailySums } from './daily-sums.repository.js';
import { within } from './global-spend.service.js';
import { isoDay } from './report-query.js';
import { SpendLogRepository, type DaySum, type LogFilter } from './spend-log.repository.js';
import { payloadView, spendLogView } from './spend-log-view.js';
import {
  cursorText,
  type LogCursor,
  type SessionLogsQuery,
  type SortField,
  type SpendLogsPageQuery,
  type SpendLogsQuery,
} from './spend-logs.dto.js';
import type { SpendScope } from './spend-scope.js';
import { DAY_MS, emptyDay, startOfDay, summaryOf } from './spend-summary.js';

export interface SpendLogsPage {
  readonly data: Record<string, unknown>[];
  readonly total: number;
  readonly total_is_exact: boolean;
  readonly page: number;
  readonly page_size: number;
  readonly total_pages: number;
  readonly next_cursor: string | null;
}

const MAX_ROWS = 10_000;
/** Rows are counted, skipped, and sorted without an index up to this many: what lies beyond is reached by the cursor. */
const MAX_COUNTED = 10_000;
const MAX_SKIPPED = 50_000;
/** Where only some of the rows that an index leads to match: so many are counted, and so many are read to find them. */
const MAX_COUNTED_SLOWLY = 1_000;
const MAX_READ = 50_000;
const MAX_DAYS = 1_000;

@Injectable()
export class SpendLogsService {
  constructor(
    private readonly rows: SpendLogRepository,
    private readonly sums: DailySums,
  ) {}

  /** Totals by day where both dates are given and not declined; else the newest 10,000 rows. */
  async list(scope: SpendScope, query: SpendLogsQuery): Promise<Record<string, unknown>[]> {
    if (query.summarize && query.start_date && query.end_date) {
      return this.#summarize(scope, query, query.start_date, query.end_date);
    }
    const where = this.rows.visible(scope, this.rows.filterOf(query));
    return (await this.rows.find(where, 'desc', MAX_ROWS)).map(spendLogView);
  }

  async page(scope: SpendScope, query: SpendLogsPageQuery): Promise<SpendLogsPage> {
    const sorted = query.sort_by !== 'startTime';
    if (sorted && query.cursor) throw refused('cursor', 'goes with `sort_by=startTime` alone.');
    // Rows of an organization are known by their detail alone.
    if (this.rows.hasSlowFilter(query) || scope.organizationIds.length > 0) {
      return this.#filteredPage(scope, query, query.sort_order);
    }
    const where = this.rows.visible(scope, this.rows.filterOf(query));
    const [counted, rows] = await Promise.all([
      this.rows.count(where, MAX_COUNTED + 1),
      sorted ? this.#sortedPage(where, query) : this.#page(where, query),
    ]);
    const last = rows.length === query.page_size && !sorted ? rows.at(-1) : undefined;
    return pageOf(query, rows, { counted, most: MAX_COUNTED }, last ?? null);
  }

  /** The requests of a session among the newest ones, the first one first. */
  session(scope: SpendScope, query: SessionLogsQuery): Promise<SpendLogsPage> {
    return this.#filteredPage(scope, { ...query, sort_by: 'startTime', sort_order: 'asc' }, 'desc');
  }

  /**
   * With a filter that no index serves: of the rows that an index leads to, so many are read, and the cursor leads to those behind them.
   *
   * @param from the end at which it begins to read
   */
  async #filteredPage(scope: SpendScope, query: SpendLogsPageQuery, from: 'asc' | 'desc'): Promise<SpendLogsPage> {
    const { page, page_size: size, sort_by: by, sort_order: order, cursor } = query;
    const skip = skipped(query);
    const behind = cursor ? [this.rows.after(cursor, order)] : [];
    // Who sees the rows of organizations has no index that leads to all of theirs.
    const indexed = this.rows.indexedFilterOf(query);
    const led = scope.organizationIds.length > 0 ? indexed : this.rows.visible(scope, indexed);
    const edge = await this.rows.timeBehind({ AND: [led, ...behind] }, from, MAX_READ);
    if (edge && by !== 'startTime') {
      throw refused('sort_by', `of ${by} with these filters is for at most ${MAX_READ} rows. Give fewer days.`);
    }
    const within = edge ? [{ startedAt: from === 'desc' ? { gte: edge } : { lte: edge } }] : [];
    const where = { AND: [this.rows.visible(scope, this.rows.filterOf(query)), ...behind, ...within] };
    const most = Math.max(MAX_COUNTED_SLOWLY, skip + size);
    const ids =
      by === 'startTime' ? await this.rows.ids(where, order, most + 1) : await this.#idsInOrder(where, by, order);
    const rows = await this.rows.named(ids.slice(skip, page * size));
    const hasMore = by === 'startTime' && ids.length > page * size;
    const last = hasMore ? (rows.at(-1) ?? null) : null;
    const next = last ?? (edge && from === order ? this.rows.cursorAt(edge, order) : null);
    const total = { counted: ids.length, most, isWhole: edge === null && cursor === undefined };
    return pageOf(query, rows, total, next);
  }

  /**
   * What was asked and answered, where it was kept.
   *
   * @throws GatewayError `object_not_found` for who may see everything, `forbidden` for others, whether there is such a row or not
   */
  async request(scope: SpendScope, requestId: string): Promise<Record<string, unknown>> {
    const row = await this.rows.findOne(this.rows.visible(scope, { requestId }));
    if (!row) {
      const reason = scope.everything
        ? `There is no request ${requestId.slice(0, 100)} in the spend log.`
        : 'You may see your own requests, and those of teams and organizations that you administer.';
      throw new GatewayError(scope.everything ? 'object_not_found' : 'forbidden', { facts: { reason } });
    }
    return { request_id: requestId, ...payloadView(await this.rows.findPayload(requestId)) };
  }

  async #page(where: LogFilter, query: SpendLogsPageQuery): Promise<SpendLog[]> {
    const { page_size: take, sort_order: order, cursor } = query;
    if (cursor) return this.rows.find({ AND: [where, this.rows.after(cursor, order)] }, order, take);
    return this.rows.find(where, order, take, skipped(query));
  }

  async #sortedPage(where: LogFilter, query: SpendLogsPageQuery): Promise<SpendLog[]> {
    const { page, page_size: take, sort_by: by, sort_order: order } = query;
    const ids = await this.#idsInOrder(where, by, order);
    return this.rows.named(ids.slice((page - 1) * take, page * take));
  }

  async #idsInOrder(where: LogFilter, by: SortField, order: 'asc' | 'desc'): Promise<string[]> {
    const ids = await this.rows.idsInOrder(where, by, order, MAX_COUNTED);
    if (ids !== null) return ids;
    throw refused('sort_by', `of ${by} is for at most ${MAX_COUNTED} rows. Give fewer days, or filter them.`);
  }

  /**
   * LiteLLM's shape: for each day with rows its total, and by key, user and model; then a zero for each day up to the
   * end. Nothing at all where the whole range has no rows.
   */
  async #summarize(
    scope: SpendScope,
    query: SpendLogsQuery,
    start: Date,
    end: Date,
  ): Promise<Record<string, unknown>[]> {
    const wholeDays = start.getTime() % DAY_MS === 0 && (end.getTime() + 1) % DAY_MS === 0;
    const days =
      wholeDays && query.request_id === undefined
        ? await this.#daysOfSums(scope, query, start, end)
        : await this.#daysOfRows(scope, query);
    const [firstDay] = days.keys();
    if (firstDay === undefined) return [];
    checkDays(firstDay, startOfDay(end));
    const summary: Record<string, unknown>[] = [];
    const lastDay = Math.max(...days.keys());
    for (let day = firstDay; day <= startOfDay(end); day += DAY_MS) {
      const sums = days.get(day);
      if (sums) summary.push(summaryOf(day, sums));
      else if (day > lastDay) summary.push(emptyDay(day));
    }
    return summary;
  }

  /** Of whole days the sums are known already, also of rows whose time is over. */
  async #daysOfSums(
    scope: SpendScope,
    query: SpendLogsQuery,
    start: Date,
    end: Date,
  ): Promise<ReadonlyMap<number, DaySum[]>> {
    const days = { start_date: isoDay(start.getTime()), end_date: isoDay(end.getTime()) };
    const filter = { apiKeyHash: query.api_key, userId: query.user_id };
    const by = ['date', 'apiKeyHash', 'userId', 'model'] as const;
    const sums = await this.sums.by(by, { AND: [within(scope, 'all', days), filter] });
    return new Map([...Map.groupBy(sums, ({ date }) => Date.parse(date))].sort(([a], [b]) => a - b));
  }

  async #daysOfRows(scope: SpendScope, query: SpendLogsQuery): Promise<ReadonlyMap<number, DaySum[]>> {
    const where = this.rows.visible(scope, this.rows.filterOf(query));
    const days = new Map<number, DaySum[]>();
    const range = await this.rows.firstAndLast(where);
    if (!range) return days;
    const [first, last] = [startOfDay(range.first), startOfDay(range.last)];
    checkDays(first, last);
    for (let day = first; day <= last; day += DAY_MS) {
      const inDay = { startedAt: { gte: new Date(day), lt: new Date(day + DAY_MS) } };
      const sums = await this.rows.sums({ AND: [where, inDay] });
      if (sums.length > 0) days.set(day, sums);
    }
    return days;
  }
}

function checkDays(first: number, last: number): void {
  if ((last - first) / DAY_MS < MAX_DAYS) return;
  const reason = `The spend of more than ${MAX_DAYS} days cannot be summarized at once. Give a later start_date or an earlier end_date.`;
  throw new GatewayError('invalid_request', { param: 'start_date', facts: { reason } });
}

interface Total {
  readonly counted: number;
  /** It is counted up to this many. */
  readonly most: number;
  /** Not where only a part of the rows was looked at. */
  readonly isWhole?: boolean;
}

function pageOf(
  { page, page_size: pageSize }: SpendLogsPageQuery,
  rows: readonly SpendLog[],
  { counted, most, isWhole = true }: Total,
  next: LogCursor | null,
): SpendLogsPage {
  const total = Math.min(counted, most);
  return {
    data: rows.map(spendLogView),
    total,
    total_is_exact: isWhole && counted <= most,
    page,
    page_size: pageSize,
    total_pages: Math.ceil(total / pageSize),
    next_cursor: next && cursorText(next),
  };
}

function skipped({ page, page_size: pageSize }: SpendLogsPageQuery): number {
  const skip = (page - 1) * pageSize;
  if (skip <= MAX_SKIPPED) return skip;
  throw refused('page', `begins behind ${MAX_SKIPPED} rows. Go on by \`cursor\`, or give fewer days.`);
}

function refused(param: string, what: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` ${what}` } });
}
