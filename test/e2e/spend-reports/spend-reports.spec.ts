/** Spend reports over HTTP: requests are made, and every report tells of them in the shape that its document promises, to those who may see it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import { DatabaseService } from '../../../src/database/database.service.js';
import * as activity from '../../../src/management/activity/daily-activity.dto.js';
import * as globalActivity from '../../../src/management/activity/global-activity.dto.js';
import { calculateAnswer, estimateAnswer } from '../../../src/management/spend/cost.dto.js';
import * as reports from '../../../src/management/spend/global-spend.dto.js';
import * as spenders from '../../../src/management/spend/spenders.dto.js';
import {
  requestDetailAnswer,
  spendLogsAnswer,
  spendLogsPageAnswer,
} from '../../../src/management/spend/spend-logs.dto.js';
import { PayloadStore } from '../../../src/spend/payload-store.service.js';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';

const dayMs = 86_400_000;
const dayAt = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);
const today = dayAt(Date.now());
/** The days around it too: midnight may fall into the test. */
const days = `start_date=${dayAt(Date.now() - dayMs)}&end_date=${dayAt(Date.now() + dayMs)}`;
const secret = 'sk-abcdefghijklmnop12345678';

function startUpstream(): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const usage = { prompt_tokens: 1_000, completion_tokens: 500, total_tokens: 1_500 };
      const common = { id: 'c', created: 1, model: 'gpt-4o-mini' };
      if ((JSON.parse(body) as { stream?: boolean }).stream !== true) {
        const choices = [{ index: 0, message: { role: 'assistant', content: 'the answer' }, finish_reason: 'stop' }];
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ ...common, object: 'chat.completion', choices, usage }));
        return;
      }
      response.setHeader('content-type', 'text/event-stream');
      const event = (choices: object[], more: object = {}): string =>
        `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices, ...more })}\n\n`;
      for (const content of ['streamed ', 'text']) response.write(event([{ index: 0, delta: { content } }]));
      response.write(event([{ index: 0, delta: {}, finish_reason: 'stop' }]));
      response.end(`${event([], { usage })}data: [DONE]\n\n`);
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe('Spend reports', () => {
  let upstream: Server;
  let gateway: TestGateway;
  let key: string;
  let userKey: string;

  beforeAll(async () => {
    upstream = await startUpstream();
    const { port } = upstream.address() as AddressInfo;
    const params = { model: 'openai/gpt-4o-mini', api_key: 'upstream-key', api_base: `http://127.0.0.1:${port}/v1` };
    gateway = await TestGateway.start({
      models: [{ model_name: 'mini', litellm_params: params }],
      general: { store_prompts_in_spend_logs: true },
    });
    key = await gateway.makeKey({ key_alias: '=SUM(A1)', user_id: 'ada', team_id: 'research' });
    userKey = await gateway.makeKey({ user_id: 'bob' });
    const messages = [{ role: 'user', content: `hello ${secret}` }];
    const bearer = { authorization: `Bearer ${key}` };
    await gateway.chat({ model: 'mini', messages, user: 'customer-1', metadata: { tags: ['red'] } }, bearer);
    await gateway.chat({ model: 'mini', messages, stream: true }, bearer);
    await gateway.chat({ model: 'mini', messages }, { ...bearer, 'x-litellm-enable-message-redaction': 'true' });
    await gateway.chat({ model: 'mini', messages, turn_off_message_logging: true }, bearer);
    await gateway.chat({ model: 'mini', messages }, { authorization: `Bearer ${userKey}` });
    await gateway.countRows();
    await gateway.app.get(PayloadStore).flush();
  }, 30_000);
  afterAll(async () => {
    await gateway.stop();
    await new Promise((resolve) => upstream.close(resolve));
  });

  const get = (path: string, asKey?: string, accept?: string): Promise<Answer> =>
    gateway.send({
      method: 'GET',
      path,
      headers: { ...(asKey !== undefined && { authorization: `Bearer ${asKey}` }), ...(accept && { accept }) },
    });
  const post = (path: string, body: object, asKey?: string): Promise<Answer> =>
    gateway.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...(asKey !== undefined && { authorization: `Bearer ${asKey}` }) },
      body: JSON.stringify(body),
    });
  /** Of one request: 1,000 tokens at 0.15 USD a million, 500 at 0.6. */
  const costOfOne = 0.00045;

  test.each<[path: string, schema: z.ZodType]>([
    ['/spend/logs', spendLogsAnswer],
    [`/spend/logs?${days}`, spendLogsAnswer],
    ['/spend/logs/v2', spendLogsPageAnswer],
    ['/spend/logs/ui?sort_by=ttft_ms', spendLogsPageAnswer],
    ['/spend/logs/session/ui?session_id=none', spendLogsPageAnswer],
    ['/spend/keys', spenders.keysAnswer],
    ['/spend/users', spenders.usersAnswer],
    ['/provider/budgets', spenders.providersAnswer],
    ['/spend/tags', reports.tagsAnswer],
    ['/global/spend', reports.totalAnswer],
    ['/global/spend/logs', reports.daysAnswer],
    ['/global/spend/keys', reports.keysAnswer],
    ['/global/spend/teams', reports.teamsAnswer],
    ['/global/spend/models', reports.modelsAnswer],
    [`/global/spend/provider?${days}`, reports.providersAnswer],
    [`/global/spend/tags?${days}`, reports.globalTagsAnswer],
    ['/global/spend/all_tag_names', reports.tagNamesAnswer],
    ['/global/all_end_users', reports.endUserNamesAnswer],
    [`/global/spend/report?${days}`, reports.reportAnswer],
    [`/global/spend/report?${days}&group_by=customer`, reports.reportAnswer],
    [`/global/spend/report?${days}&group_by=api_key`, reports.reportAnswer],
    [`/user/spend/report?${days}&user_id=ada`, reports.keyReportAnswer],
    [`/organization/spend/report?${days}&organization_id=o`, reports.keyReportAnswer],
    [`/global/activity?${days}`, globalActivity.globalActivityAnswer],
    [`/global/activity/model?${days}`, globalActivity.modelActivityAnswer],
    [`/user/daily/activity?${days}`, activity.activityAnswer],
    [`/team/daily/activity?${days}&team_ids=research`, activity.activityAnswer],
    [`/organization/daily/activity?${days}`, activity.activityAnswer],
    [`/tag/daily/activity?${days}&tags=red`, activity.activityAnswer],
    [`/customer/daily/activity?${days}`, activity.activityAnswer],
    [`/end_user/daily/activity?${days}&end_user_ids=customer-1`, activity.activityAnswer],
    [`/team/spend/by_user?${days}&team_ids=research`, activity.usersOfTeamsAnswer],
  ])('GET %s answers as its schema says', async (path, schema) => {
    const answer = await get(path);
    expect([answer.status, answer.text.slice(0, 300)]).toEqual([200, expect.anything()]);
    const parsed = schema.safeParse(answer.json);
    expect(parsed.error?.issues ?? []).toEqual([]);
    expect((await get(path, 'sk-unknown')).status).toBe(401);
  });

  test('sums are exact, and those of every report are the same', async () => {
    const total = 5 * costOfOne;
    expect((await get('/global/spend')).json).toMatchObject({ spend: total });
    expect((await get('/global/spend/models')).json).toEqual([
      { model: 'gpt-4o-mini', total_spend: total, total_tokens: 7_500 },
    ]);
    const { results, metadata } = (await get(`/user/daily/activity?${days}`)).json as {
      results: { breakdown: { entities: Record<string, { metrics: { spend: number; api_requests: number } }> } }[];
      metadata: object;
    };
    expect(metadata).toMatchObject({ total_spend: total, total_api_requests: 5, total_pages: 1, has_more: false });
    expect(results[0]?.breakdown.entities['ada']?.metrics).toMatchObject({ spend: 4 * costOfOne, api_requests: 4 });
    expect((await get(`/tag/daily/activity?${days}`)).json).toMatchObject({ metadata: { total_spend: costOfOne } });
    expect((await get(`/global/spend/tags?${days}`)).json).toEqual({
      spend_per_tag: [{ name: 'red', spend: costOfOne, log_count: 1 }],
    });
    expect((await post('/global/spend/end_users', {})).json).toEqual([
      { end_user: 'customer-1', total_count: 1, total_spend: costOfOne },
    ]);
  });

  test('what was asked and answered is shown where it was kept, without secrets, and to nobody else', async () => {
    const { data } = (await get('/spend/logs/v2?sort_order=asc&user_id=ada')).json as {
      data: { request_id: string }[];
    };
    const details = await Promise.all(data.map(({ request_id: id }) => get(`/spend/logs/ui/${id}`)));
    for (const detail of details) expect(requestDetailAnswer.safeParse(detail.json).success).toBe(true);
    const bodies = details.map(({ json }) => json as { messages: { content?: string }[]; response: unknown });
    expect(bodies[0]?.messages[0]?.content).toBe('hello sk-***');
    expect(bodies[0]?.response).toMatchObject({ choices: [{ message: { content: 'the answer' } }] });
    expect(bodies[1]?.response).toEqual({ stream: true, content: 'streamed text' });
    expect(bodies.slice(2).map(({ messages, response }) => ({ messages, response }))).toEqual([
      { messages: {}, response: {} },
      { messages: {}, response: {} },
    ]);
    for (const { text } of details) expect(text).not.toContain(secret);
    const id = data[0]?.request_id ?? '';
    // A key in a role that may call the management API sees its own; a foreign request and one that is not there look alike.
    const [foreign, missing] = [await get(`/spend/logs/ui/${id}`, userKey), await get('/spend/logs/ui/none', userKey)];
    expect(foreign.status).toBe(403);
    expect(foreign.text).toBe(missing.text);
    expect((await get('/spend/logs/ui/none')).status).toBe(404);
  });

  test('who is no admin sees their own spend alone, whatever they ask for', async () => {
    const own = { total: 1, data: [{ user: 'bob' }] };
    expect((await get('/spend/logs/v2', userKey)).json).toMatchObject(own);
    expect((await get('/spend/logs/v2?user_id=ada', userKey)).json).toMatchObject({ total: 0, data: [] });
    expect((await get('/global/spend', userKey)).json).toMatchObject({ spend: costOfOne });
    expect((await get(`/user/daily/activity?${days}`, userKey)).json).toMatchObject({
      metadata: { total_api_requests: 1 },
    });
    expect((await get(`/team/daily/activity?${days}&team_ids=research`, userKey)).json).toMatchObject({ results: [] });
    expect((await get(`/global/spend/report?${days}`, userKey)).json).toHaveLength(1);
    expect((await get('/spend/users?user_id=ada', userKey)).status).toBe(403);
    expect((await get('/provider/budgets', userKey)).status).toBe(401);
    expect((await post('/global/spend/reset', {}, userKey)).status).toBe(401);
  });

  test('as CSV a name that is a formula is text', async () => {
    await gateway.app
      .get(DatabaseService)
      .run((client) =>
        client.dailySpend.updateMany({ where: { kind: 'customer' }, data: { entity: '=HYPERLINK("x")' } }),
      );
    const asked = [
      await get(`/customer/daily/activity?${days}&format=csv`),
      await get(`/customer/daily/activity?${days}`, undefined, 'text/csv'),
    ];
    for (const { status, headers, text } of asked) {
      expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
      expect(text.split('\r\n')[0]).toMatch(/^date,end_user,api_key,/);
      expect(text).toContain(`"'=HYPERLINK(""x"")"`);
    }
    const logs = await get('/spend/logs/v2?format=csv');
    expect(logs.text.split('\r\n')).toHaveLength(7);
  });

  test.each([
    [`/user/daily/activity?start_date=${today}`, 'end_date'],
    ['/user/daily/activity?start_date=2026-02-30&end_date=2026-03-01', 'start_date'],
    ['/user/daily/activity?start_date=2026-03-02&end_date=2026-03-01', 'end_date'],
    ['/team/daily/activity?start_date=2020-01-01&end_date=2026-03-01', 'end_date'],
    [`/user/daily/activity?${days}&page=0`, 'page'],
    [`/user/daily/activity?${days}&user_id[not]=`, ''],
    ['/spend/logs/v2?user_id=a&user_id=b', 'user_id'],
    [`/global/spend/report?${days}&group_by=nothing`, 'group_by'],
    ['/global/spend/keys?limit=0', 'limit'],
    [`/global/spend/report?${days}&format=xml`, 'format'],
  ])('%s is refused, and the answer names %s', async (path, param) => {
    const answer = await get(path);
    if (param === '') return void expect(answer.status).toBeLessThan(500);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ error: { param } });
  });

  test('costs are computed as the ledger does', async () => {
    const asked = { model: 'mini', input_tokens: 1_000, output_tokens: 500, num_requests_per_day: 10 };
    const estimate = await post('/cost/estimate', asked, key);
    expect([estimate.status, estimateAnswer.safeParse(estimate.json).error?.issues ?? []]).toEqual([200, []]);
    expect(estimate.json).toMatchObject({
      cost_per_request: costOfOne,
      input_cost_per_request: 0.00015,
      output_cost_per_request: 0.0003,
      daily_cost: 0.0045,
      monthly_cost: null,
      provider: 'openai',
    });
    const usage = { prompt_tokens: 1_000, completion_tokens: 500, total_tokens: 1_500 };
    const calculated = await post('/spend/calculate', { completion_response: { model: 'mini', usage } }, key);
    expect(calculated.json).toEqual({ cost: costOfOne });
    const prompt = await post(
      '/spend/calculate',
      { model: 'mini', messages: [{ role: 'user', content: 'hello' }] },
      key,
    );
    expect(calculateAnswer.safeParse(prompt.json).success).toBe(true);
    expect((await post('/spend/calculate', { model: 'mini' }, key)).json).toMatchObject({
      error: { param: 'messages' },
    });
    expect((await post('/cost/estimate', { ...asked, model: 'none' }, key)).status).toBe(404);
    expect((await post('/cost/estimate', { ...asked, reasoning_tokens: 501 }, key)).status).toBe(400);
    expect((await post('/cost/estimate', { ...asked, other: 1 }, key)).status).toBe(400);
  });

  test('the master key sets what keys and teams have spent to zero; the ledger stays', async () => {
    const database = gateway.app.get(DatabaseService);
    const account = { id: 'team:research', owner: 'team:research', spentNanos: 5n, committedNanos: 7n };
    await database.run((client) =>
      client.budgetAccount.upsert({ where: { id: account.id }, create: account, update: account }),
    );
    expect((await post('/global/spend/reset', {})).json).toEqual({
      message: 'Spend for all API Keys and Teams reset successfully',
      status: 'success',
    });
    const after = await database.run((client) => client.budgetAccount.findUnique({ where: { id: account.id } }));
    expect(after).toMatchObject({ spentNanos: 0n, committedNanos: 0n, epoch: 1 });
    expect(await database.run((client) => client.auditEntry.count({ where: { action: 'spend.reset' } }))).toBe(1);
    expect((await get('/global/spend')).json).toMatchObject({ spend: 5 * costOfOne });
  });
});
