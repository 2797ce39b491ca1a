/** From `begin` to the management API: rows appear by themselves, soon, in LiteLLM's shape, and survive a database that is away. */
import { readdirSync, rmSync } from 'node:fs';
import type { GatewayError } from '../../../src/core/errors/gateway-error.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { keyHash } from '../../../src/auth/key-hash.js';
import { checkedBy } from '../../../src/http/json-body.js';
import { DailySums } from '../../../src/management/spend/daily-sums.repository.js';
import { SpendLogRepository } from '../../../src/management/spend/spend-log.repository.js';
import { spendLogsPageQuerySchema, spendLogsQuerySchema } from '../../../src/management/spend/spend-logs.dto.js';
import { SpendLogsService, type SpendLogsPage } from '../../../src/management/spend/spend-logs.service.js';
import type { SpendScope } from '../../../src/management/spend/spend-scope.js';
import { spendSettings, type SpendSettings } from '../../../src/spend/spend-settings.js';
import { SpendService } from '../../../src/spend/spend.service.js';
import type { SpendIntent, SpendOutcome } from '../../../src/spend/spend-intent.js';
import { sampleIntent, sampleOutcome, temporaryJournalDir } from '../../../src/spend/testing/samples.js';
import { createWriter } from '../../../src/spend/writer-factory.js';
import { describeOnBothDatabases, eventually, openDatabase } from '../support/databases.js';

const DAY_MS = 86_400_000;

async function startSpend(databaseUrl: string, given: Partial<SpendSettings> = {}): Promise<SpendService> {
  const settings = spendSettings({ journalDir: temporaryJournalDir(), databaseUrl, writer: 'in-process', ...given });
  const spend = new SpendService(settings, createWriter);
  await spend.onModuleInit();
  return spend;
}

async function record(
  spend: SpendService,
  intent: Partial<SpendIntent>,
  spendNanos: bigint,
  outcome: Partial<SpendOutcome> = {},
): Promise<string> {
  const requestId = spend.newRequestId();
  const ticket = await spend.begin(sampleIntent(requestId, intent));
  await ticket.settle(sampleOutcome(spendNanos, outcome));
  return requestId;
}

interface Routes {
  page(query: unknown): Promise<SpendLogsPage>;
  list(query: unknown): Promise<object[]>;
}

function routesFor(service: DatabaseService, scope: Partial<SpendScope> = { everything: true }): Routes {
  const logs = new SpendLogsService(new SpendLogRepository(service), new DailySums(service));
  const nobody = { everything: false, userId: undefined, keyHash: '', teamIds: [], organizationIds: [] };
  const seen = { ...nobody, ...scope };
  return {
    page: (query) => logs.page(seen, checkedBy(spendLogsPageQuerySchema, query)),
    list: (query) => logs.list(seen, checkedBy(spendLogsQuerySchema, query)),
  };
}

describeOnBothDatabases('The spend log', (database) => {
  let service: DatabaseService;
  let routes: Routes;
  beforeAll(async () => {
    service = await openDatabase(database.url);
    routes = routesFor(service);
  });
  beforeEach(() =>
    service.run(async (client) => {
      await client.spendLog.deleteMany();
      await client.dailySpend.deleteMany();
    }),
  );
  afterAll(() => service.onApplicationShutdown());

  test('a settled request is readable within a second, in the shape that LiteLLM clients read', async () => {
    const spend = await startSpend(database.url);
    const id = await record(
      spend,
      { organizationId: 'org-1', sessionId: 's-1', tags: ['t'], metadata: { a: 1 } },
      123_456_789n,
    );
    await eventually('the row', async () => (await routes.page({ request_id: id })).total === 1, 1_000);
    const [row] = (await routes.page({ request_id: id })).data;
    expect(row).toEqual({
      request_id: id,
      litellm_call_id: id,
      call_type: 'acompletion',
      api_key: 'a'.repeat(64),
      spend: 0.123456789,
      total_tokens: 30,
      prompt_tokens: 10,
      completion_tokens: 20,
      startTime: '2025-11-24T16:00:00.000Z',
      endTime: '2025-11-24T16:00:00.900Z',
      completionStartTime: '2025-11-24T16:00:00.400Z',
      request_duration_ms: 900,
      model: 'gpt-4o-mini-2024-07-18',
      model_id: 'd'.repeat(32),
      model_group: 'gpt-4o-mini',
      custom_llm_provider: 'openai',
      api_base: 'https://api.openai.com/v1',
      user: 'user-1',
      end_user: '',
      team_id: 'team-1',
      organization_id: 'org-1',
      metadata: {
        user_api_key_alias: 'alias-1',
        requester_metadata: { a: 1 },
        usage_object: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
        attempts: [expect.objectContaining({ status: 'success', spend: 0.123456789 })],
      },
      cache_hit: 'None',
      cache_key: 'Cache OFF',
      request_tags: ['t'],
      requester_ip_address: '127.0.0.1',
      messages: {},
      response: {},
      proxy_server_request: {},
      session_id: 's-1',
      status: 'success',
      mcp_namespaced_tool_name: null,
    });
    await spend.onApplicationShutdown();
  });

  test('shutdown writes what is settled, leaves what is open to the next start, and a clean end leaves no files', async () => {
    const journalDir = temporaryJournalDir();
    const first = await startSpend(database.url, { journalDir, flushIntervalMs: 60_000 });
    await record(first, {}, 1n);
    const open = first.newRequestId();
    await first.begin(sampleIntent(open, { reservationNanos: 44n }));
    await first.onApplicationShutdown();
    expect((await routes.page({})).total).toBe(1);
    const second = await startSpend(database.url, { journalDir });
    await eventually('the open request is recovered', async () => (await routes.page({})).total === 2, 3_000);
    expect((await routes.page({ request_id: open })).data[0]).toMatchObject({
      status: 'failure',
      spend: 4.4e-8,
      metadata: { recovered: true, error_information: { error_code: 'recovered' } },
    });
    await second.onApplicationShutdown();
    expect(readdirSync(journalDir)).toEqual([]);
  });

  test('a process whose journal was taken away refuses new requests with 503 and settles the running ones quietly', async () => {
    const journalDir = temporaryJournalDir();
    const spend = await startSpend(database.url, { journalDir });
    const ticket = await spend.begin(sampleIntent('running'));
    rmSync(journalDir, { recursive: true });
    const refused = async (): Promise<boolean> => {
      try {
        const another = await spend.begin(sampleIntent(spend.newRequestId()));
        await another.settle(sampleOutcome());
        return false;
      } catch (error) {
        return (error as GatewayError).code === 'journal_unavailable';
      }
    };
    await eventually('new requests are refused', refused, 4_000);
    await ticket.settle(sampleOutcome());
    await spend.onApplicationShutdown();
  });

  test('settling twice charges once', async () => {
    const spend = await startSpend(database.url);
    const ticket = await spend.begin(sampleIntent('twice'));
    await ticket.settle(sampleOutcome(5n));
    await ticket.settle(sampleOutcome(7n));
    ticket.checkpoint({ usage: { promptTokens: 1, completionTokens: 1 }, costNanos: 9n });
    await spend.onApplicationShutdown();
    expect(await routes.list({})).toMatchObject([{ request_id: 'twice', spend: 5e-9 }]);
  });

  test('requests go on while the database is away, and their rows appear when it comes', async () => {
    const late = await database.another();
    const spend = await startSpend(late.url, { flushIntervalMs: 20 });
    const ids = await Promise.all(Array.from({ length: 50 }, () => record(spend, {}, 1n)));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const comesLate = await openDatabase(late.url);
    await eventually('all rows', async () => (await comesLate.run((client) => client.spendLog.count())) === ids.length);
    await spend.onApplicationShutdown();
    await comesLate.onApplicationShutdown();
  });

  test('every filter of /spend/logs/v2 selects, pages neither overlap nor leave gaps', async () => {
    const spend = await startSpend(database.url);
    const clear = 'sk-clear-key-for-a-filter';
    const other: Partial<SpendIntent> = {
      apiKeyHash: keyHash(clear),
      userId: 'u2',
      teamId: 't2',
      endUser: 'e2',
      modelGroup: 'g2',
      sessionId: 's2',
      keyAlias: 'k2',
      startedAtMs: 1_764_000_000_000 + 2 * DAY_MS,
    };
    const attempts = [
      { deploymentId: 'd2', provider: 'p2', model: 'm2', apiBase: 'b2', status: 'failure' as const, costNanos: 0n },
    ];
    const odd = await record(spend, other, 2_000_000_000n, {
      status: 'failure',
      attempts,
      errorCode: 'upstream_timeout',
      cacheHit: true,
    });
    for (let i = 0; i < 24; i += 1) await record(spend, {}, BigInt(i));
    await spend.onApplicationShutdown();

    for (const [name, value] of Object.entries({
      api_key: clear,
      user_id: 'u2',
      team_id: 't2',
      request_id: odd,
      model: 'm2',
      model_group: 'g2',
      model_id: 'd2',
      end_user: 'e2',
      status_filter: 'failure',
      min_spend: '1.5',
      start_date: '2025-11-26',
      session_id: 's2',
      key_alias: 'k2',
      error_code: 'upstream_timeout',
      cache_hit_filter: 'hit',
    })) {
      const { data, total } = await routes.page({ [name]: value });
      expect([name, total, data[0]?.['request_id']]).toEqual([name, 1, odd]);
    }
    expect((await routes.page({ max_spend: '0.000000010' })).total).toBe(11);
    expect((await routes.page({ end_date: '2025-11-24' })).total).toBe(24);
    const pages = [];
    for (const page of ['1', '2', '3', '4']) pages.push(await routes.page({ page, page_size: '10' }));
    expect(pages.map(({ data }) => data.length)).toEqual([10, 10, 5, 0]);
    expect(pages[0]).toMatchObject({ total: 25, page: 1, page_size: 10, total_pages: 3 });
    expect(new Set(pages.flatMap(({ data }) => data.map((row) => row['request_id']))).size).toBe(25);
    expect(pages[0]?.data[0]?.['request_id']).toBe(odd);
    expect((await routes.page({ cache_hit_filter: 'miss' })).total).toBe(24);
    expect((await routes.page({ session_id: "s2' OR '1'='1" })).total).toBe(0);

    const walked: unknown[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await routes.page({ page_size: '10', ...(cursor !== undefined && { cursor }) });
      walked.push(...page.data.map((row) => row['request_id']));
      cursor = page.next_cursor;
    }
    expect(walked).toEqual(pages.flatMap(({ data }) => data.map((row) => row['request_id'])));

    const bySpend = await routes.page({ sort_by: 'spend', sort_order: 'asc', page_size: '3', page: '2' });
    expect(bySpend.data.map((row) => row['spend'])).toEqual([3e-9, 4e-9, 5e-9]);
    for (const by of ['startTime', 'endTime', 'total_tokens', 'request_duration_ms', 'ttft_ms', 'model']) {
      expect((await routes.page({ sort_by: by, page_size: '100' })).data).toHaveLength(25);
    }
    await expect(routes.page({ page: '10000', page_size: '50' })).rejects.toMatchObject({ param: 'page' });
  });

  test('everybody sees their own rows, and those of teams and organizations that they administer', async () => {
    const spend = await startSpend(database.url);
    const organizationId = 'o3';
    for (const intent of [{ userId: 'me' }, { userId: 'other', teamId: 't3' }, { userId: 'x', organizationId }, {}]) {
      await record(spend, { apiKeyHash: 'k', ...intent }, 1n);
    }
    await spend.onApplicationShutdown();
    const users = async (scope: Partial<SpendScope>): Promise<unknown[]> =>
      (await routesFor(service, scope).page({})).data.map((row) => row['user']).sort();
    expect(await users({})).toEqual([]);
    expect(await users({ userId: 'me' })).toEqual(['me']);
    expect(await users({ userId: 'me', teamIds: ['t3'] })).toEqual(['me', 'other']);
    expect(await users({ organizationIds: ['o3'] })).toEqual(['x']);
    expect(await users({ keyHash: 'k' })).toHaveLength(4);
    const whole = { start_date: '2025-11-24', end_date: '2025-11-24' };
    expect(await routesFor(service, { userId: 'me' }).list(whole)).toMatchObject([
      { users: { me: 1e-9 }, spend: 1e-9 },
    ]);
    expect(await routesFor(service, { teamIds: ['foreign'] }).list(whole)).toEqual([]);
  });

  test('summaries add up exactly by day, key, user and model', async () => {
    const spend = await startSpend(database.url);
    const nextDay = { startedAtMs: 1_764_000_000_000 + DAY_MS, userId: undefined, apiKeyHash: 'b'.repeat(64) };
    for (let i = 0; i < 30; i += 1) await record(spend, i % 3 === 0 ? nextDay : {}, 100_000_000n);
    await spend.onApplicationShutdown();
    const model = 'gpt-4o-mini-2024-07-18';
    expect(await routes.list({ start_date: '2025-11-20', end_date: '2025-11-26' })).toEqual([
      { startTime: '2025-11-24', spend: 2, ['a'.repeat(64)]: 2, users: { 'user-1': 2 }, models: { [model]: 2 } },
      { startTime: '2025-11-25', spend: 1, ['b'.repeat(64)]: 1, users: { '': 1 }, models: { [model]: 1 } },
      { startTime: '2025-11-26', spend: 0, users: {}, models: {} },
    ]);
    expect(await routes.list({ start_date: '2025-11-20', end_date: '2025-11-26', user_id: 'nobody' })).toEqual([]);
    const range = { start_date: '2025-11-24', end_date: '2025-11-24' };
    expect(await routes.list({ ...range, summarize: 'false' })).toHaveLength(20);
    expect(await routes.list({ ...range, summarize: 'false', user_id: 'user-2' })).toEqual([]);
  });
});
