/** A spend log of more rows than a filter without an index reads at once: nothing is passed over by whoever follows the cursor. */
import type { DatabaseService } from '../../../src/database/database.service.js';
import { checkedBy } from '../../../src/http/json-body.js';
import { DailyActivityRepository } from '../../../src/management/activity/daily-activity.repository.js';
import { DailySums } from '../../../src/management/spend/daily-sums.repository.js';
import { SpendLogRepository } from '../../../src/management/spend/spend-log.repository.js';
import { sessionLogsQuerySchema, spendLogsPageQuerySchema } from '../../../src/management/spend/spend-logs.dto.js';
import { SpendLogsService, type SpendLogsPage } from '../../../src/management/spend/spend-logs.service.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

const many = 50_040;
const start = Date.parse('2026-01-01T00:00:00Z');
const scope = { everything: true, userId: undefined, keyHash: '', teamIds: [], organizationIds: [] };
const idOf = (place: number): string => `row-${String(place).padStart(6, '0')}`;

/** Two rows each second. Every ten-thousandth failed, one of the oldest and one of the newest are of the same session. */
function rowAt(place: number) {
  const inSession = place === 7 || place === many - 1;
  return {
    requestId: idOf(place),
    startedAt: new Date(start + Math.floor(place / 2) * 1_000),
    apiKeyHash: 'key',
    modelGroup: 'group',
    model: 'model',
    modelId: 'deployment',
    teamId: place < 100 ? 'small' : 'large',
    endUser: place % 10_000 === 5 ? 'customer' : null,
    status: place % 10_000 === 5 ? 'failure' : 'success',
    spendNanos: BigInt(place),
    totalTokens: 1,
    detail: { callType: 'acompletion', endedAtMs: start, promptTokens: 1, completionTokens: 0, attempts: [], ...(inSession && { sessionId: 's' }) }, // prettier-ignore
  };
}

describeOnBothDatabases('A very long spend log', (database) => {
  let service: DatabaseService;
  let logs: SpendLogsService;
  beforeAll(async () => {
    service = await openDatabase(database.url);
    logs = new SpendLogsService(new SpendLogRepository(service), new DailySums(service));
    for (let from = 0; from < many; from += 5_000) {
      const data = Array.from({ length: Math.min(5_000, many - from) }, (_, place) => rowAt(from + place));
      await service.run((client) => client.spendLog.createMany({ data }));
    }
  }, 120_000);
  afterAll(() => service.onApplicationShutdown());

  const page = (query: object): Promise<SpendLogsPage> => logs.page(scope, checkedBy(spendLogsPageQuerySchema, query));
  const ids = ({ data }: SpendLogsPage): unknown[] => data.map(({ request_id: id }) => id);
  const walk = async (query: object): Promise<unknown[]> => {
    const seen: unknown[] = [];
    let cursor: string | null | undefined;
    do {
      const answer = await page({ ...query, ...(cursor && { cursor }) });
      seen.push(...ids(answer));
      cursor = answer.next_cursor;
    } while (cursor);
    return seen;
  };
  const failed = [50_005, 40_005, 30_005, 20_005, 10_005, 5].map(idOf);

  test('a filter without an index reads 50,000 rows, and the cursor goes on behind them', async () => {
    const first = await page({ status_filter: 'failure' });
    expect(ids(first)).toEqual(failed.slice(0, -1));
    expect(first).toMatchObject({ total: 5, total_is_exact: false, next_cursor: expect.any(String) });
    expect(ids(await page({ status_filter: 'failure', cursor: first.next_cursor ?? '' }))).toEqual([idOf(5)]);
  });

  test.each(['1', '2', '50'])('the cursor leads over every row, newest or oldest first, %s on a page', async (size) => {
    expect(await walk({ status_filter: 'failure', page_size: size })).toEqual(failed);
    expect(await walk({ status_filter: 'failure', page_size: size, sort_order: 'asc' })).toEqual(failed.toReversed());
  });

  test('a filter that narrows the log by an index makes it short, and then it is read whole', async () => {
    const short = await page({ status_filter: 'failure', team_id: 'small' });
    expect(short).toMatchObject({ total: 1, total_is_exact: true, next_cursor: null });
    const days = await page({ status_filter: 'failure', start_date: '2026-01-01 00:00:00', end_date: '2026-01-01 00:00:09' }); // prettier-ignore
    expect(ids(days)).toEqual([idOf(5)]);
    expect(days).toMatchObject({ total_is_exact: true, next_cursor: null });
    expect(await page({ end_user: 'customer' })).toMatchObject({ total: 6, total_is_exact: true });
  });

  test('sorting what was not read whole is refused, and says what to do', async () => {
    await expect(page({ status_filter: 'failure', sort_by: 'spend' })).rejects.toThrow('Give fewer days');
    expect(ids(await page({ status_filter: 'failure', team_id: 'small', sort_by: 'spend' }))).toEqual([idOf(5)]);
  });

  test('the requests of a session are looked for among the newest rows, or in the days that are named', async () => {
    const session = (query: object) => logs.session(scope, checkedBy(sessionLogsQuerySchema, query));
    const newest = await session({ session_id: 's' });
    expect(ids(newest)).toEqual([idOf(many - 1)]);
    expect(newest).toMatchObject({ total_is_exact: false, next_cursor: null });
    const named = await session({ session_id: 's', end_date: '2026-01-01 01:00:00' });
    expect(ids(named)).toEqual([idOf(7)]);
    expect(named.total_is_exact).toBe(true);
  });

  test('pages of sums far behind are the same rows in the same order as one after the other', async () => {
    const sums = Array.from({ length: 1_500 }, (_, place) => ({
      id: idOf((place * 7_919) % 1_500),
      date: `2026-01-${String(1 + (place % 3)).padStart(2, '0')}`,
      ...{ kind: 'all', entity: '', apiKeyHash: 'key', userId: '', teamId: '', organizationId: '', projectId: '' },
      ...{ modelGroup: 'group', model: 'model', provider: 'openai', requests: 1, failedRequests: 0 },
      ...{ promptTokens: 1n, completionTokens: 1n, cacheReadTokens: 0n, cacheWriteTokens: 0n, spendNanos: 1n },
    }));
    await service.run((client) => client.dailySpend.createMany({ data: sums }));
    const repository = new DailyActivityRepository(service);
    const all = await repository.page({ kind: 'all' }, 0, 1_500);
    const inOrder = sums.toSorted((a, b) => (`${a.date}/${a.id}` < `${b.date}/${b.id}` ? 1 : -1));
    expect(all.map(({ id }) => id)).toEqual(inOrder.map(({ id }) => id));
    expect(await repository.page({ kind: 'all' }, 1_200, 50)).toEqual(all.slice(1_200, 1_250));
    expect(await repository.count({ kind: 'all' }, 1_001)).toBe(1_001);
  });
});
