/** Reads the spend log: rows by filter, pages of them, totals by day, and what was asked and answered. */
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { SpendLog } from '../../database/database-client.js';
import { DailySums } from './daily-sums.repository.js';
import { within } from './global-spend.service.js';
import { isoDay } from './report-query.js';
import { SpendLogRepository, type DaySum, type LogFilter } from './spend-log.repository.js';
import { payloadView, spendLogView } from './spend-log-view.js';
import { cursorText, type SessionLogsQuery, type SpendLogsPageQuery, type SpendLogsQuery } from './spend-logs.dto.js';
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
/** Where only some of the rows that an index leads to match: counting reads all of them. */
const MAX_COUNTED_SLOWLY = 1_000;
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
    const where = this.rows.visible(scope, this.rows.filterOf(await this.#narrowed(query)));
    const most = this.rows.hasSlowFilter(query) ? MAX_COUNTED_SLOWLY : MAX_COUNTED;
    const sorted = query.sort_by !== 'startTime';
    if (sorted && query.cursor) throw refused('cursor', 'goes with `sort_by=startTime` alone.');
    const [counted, rows] = await Promise.all([
      this.rows.count(where, most + 1),
      sorted ? this.#sortedPage(where, query) : this.#page(where, query),
    ]);
    const total = Math.min(counted, most);
    const { page, page_size: pageSize } = query;
    const last = rows.length === pageSize && !sorted ? rows.at(-1) : undefined;
    return {
      data: rows.map(spendLogView),
      total,
      total_is_exact: counted <= most,
      page,
      page_size: pageSize,
      total_pages: Math.ceil(total / pageSize),
      next_cursor: last ? cursorText(last) : null,
    };
  }

  /** The requests of a session, the first one first. */
  session(scope: SpendScope, query: SessionLogsQuery): Promise<SpendLogsPage> {
    return this.page(scope, { ...query, sort_by: 'startTime', sort_order: 'asc' });
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

  /** To the days on which the customer had requests: the sums know them by an index, the rows do not. */
  async #narrowed(query: SpendLogsPageQuery): Promise<SpendLogsPageQuery> {
    if (query.end_user === undefined) return query;
    const days = await this.sums.daysOf('customer', query.end_user);
    if (!days) return query;
    const [first, end] = [Date.parse(days.first), Date.parse(days.last) + DAY_MS - 1];
    return {
      ...query,
      start_date: new Date(Math.max(first, query.start_date?.getTime() ?? first)),
      end_date: new Date(Math.min(end, query.end_date?.getTime() ?? end)),
    };
  }

  async #page(where: LogFilter, query: SpendLogsPageQuery): Promise<SpendLog[]> {
    const { page, page_size: take, sort_order: order, cursor } = query;
    if (cursor) return this.rows.find({ AND: [where, this.rows.after(cursor, order)] }, order, take);
    const skip = (page - 1) * take;
    if (skip > MAX_SKIPPED) {
      throw refused('page', `begins behind ${MAX_SKIPPED} rows. Go on by \`cursor\`, or give fewer days.`);
    }
    return this.rows.find(where, order, take, skip);
  }

  async #sortedPage(where: LogFilter, query: SpendLogsPageQuery): Promise<SpendLog[]> {
    const { page, page_size: take, sort_by: by, sort_order: order } = query;
    const ids = await this.rows.idsInOrder(where, by, order, MAX_COUNTED);
    if (ids === null) {
      throw refused('sort_by', `of ${by} is for at most ${MAX_COUNTED} rows. Give fewer days, or filter them.`);
    }
    return this.rows.named(ids.slice((page - 1) * take, page * take));
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

function refused(param: string, what: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` ${what}` } });
}
