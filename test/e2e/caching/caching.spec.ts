/** The response cache over HTTP: the second of two equal requests costs nothing and reaches nobody, on every surface that has it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseService } from '../../../src/database/database.service.js';
import { eventually } from '../support/eventually.js';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';

interface Call {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const calls: Call[] = [];
let server: Server;
let gateway: TestGateway;

/** Every answer is another one: what is equal to an earlier one was kept. */
function answerTo({ path, body }: Call, response: ServerResponse): void {
  const number = calls.length;
  const text = `answer ${number}`;
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
  const model = String(body['model']);
  const json = (value: object, status = 200): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  if (model === 'failing') return json({ error: { message: 'no', type: 'x' } }, 500);
  if (path.endsWith('/embeddings')) {
    const inputs = [body['input']].flat();
    const data = inputs.map((input, index) => ({
      object: 'embedding',
      index,
      embedding: [String(input).length, number],
    }));
    return json({ object: 'list', model, data, usage: { prompt_tokens: inputs.length, total_tokens: inputs.length } });
  }
  if (path.endsWith('/messages')) {
    const content = [{ type: 'text', text }];
    const used = { input_tokens: 10, output_tokens: 5 };
    return json({ id: `msg_${number}`, type: 'message', role: 'assistant', model, content, stop_reason: 'end_turn', stop_sequence: null, usage: used }); // prettier-ignore
  }
  if (body['stream'] !== true) {
    const reason = model === 'refusing' ? 'content_filter' : 'stop';
    const choices = [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: reason }];
    return json({ id: `c${number}`, object: 'chat.completion', created: 1, model, choices, usage });
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunk = (choice: object, more: object = {}): void => {
    const event = { id: `c${number}`, object: 'chat.completion.chunk', created: 1, model, choices: [{ index: 0, ...choice }], ...more }; // prettier-ignore
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  };
  chunk({ delta: { role: 'assistant', content: 'answer ' }, finish_reason: null });
  chunk({ delta: { content: String(number) }, finish_reason: null });
  if (model === 'cut') return void response.destroy();
  chunk({ delta: {}, finish_reason: 'stop' }, { usage });
  response.end('data: [DONE]\n\n');
}

async function readJson(request: IncomingMessage): Promise<Call['body']> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Call['body'];
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void readJson(request).then((body) => {
      const call = { path: request.url ?? '', body };
      calls.push(call);
      answerTo(call, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const prices = { input_cost_per_token: 0.001, output_cost_per_token: 0.002 };
  const model = (name: string, provider = 'openai', upstream = name) => ({
    model_name: name,
    litellm_params: {
      ...{ model: `${provider}/${upstream}`, api_base: provider === 'openai' ? `${base}/v1` : base, api_key: 'none' },
      ...prices,
    },
  });
  gateway = await TestGateway.start({
    models: [
      ...['smart', 'other', 'failing', 'cut', 'refusing', 'vectors'].map((name) => model(name)),
      model('claude', 'anthropic'),
    ],
    router: { fallbacks: [{ failing: ['other'] }] },
    litellm: { cache: true, cache_params: { type: 'local' } },
  });
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** How many calls reached the provider meanwhile. */
async function callsOf(work: () => Promise<unknown>): Promise<number> {
  const before = calls.length;
  await work();
  return calls.length - before;
}

let asked = 0;
const message = (): object => [{ role: 'user', content: `question ${++asked}` }];
const chat = (body: object, key?: string): Promise<Answer> =>
  gateway.chat(body, key === undefined ? {} : { authorization: `Bearer ${key}` });
const post = (path: string, body: object, key?: string): Promise<Answer> =>
  gateway.send({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify(body),
  });
const isHit = ({ headers }: Answer): boolean => headers['x-litellm-cache-hit'] === 'True';

async function rowOf(answer: Answer): Promise<{ spend: bigint; cacheHit: unknown }> {
  const requestId = String(answer.headers['x-litellm-call-id']);
  const find = () =>
    gateway.app.get(DatabaseService).run((client) => client.spendLog.findUnique({ where: { requestId } }));
  await eventually('its row is there', async () => (await find()) !== null);
  const row = await find();
  return { spend: row?.spendNanos ?? -1n, cacheHit: (row?.detail as { cacheHit?: unknown }).cacheHit };
}

it.each([false, true])(
  'the same request again is answered alike, for nothing, by nobody (stream: %s)',
  async (stream) => {
    const body = { model: 'smart', stream, messages: message() };
    const first = await chat(body);
    let again = first;
    expect(
      await callsOf(async () => (again = await chat({ ...body, user: 'somebody', metadata: { any: 'thing' } }))),
    ).toBe(0);
    expect(again.text).toBe(first.text);
    expect([isHit(first), isHit(again), again.headers['x-litellm-response-cost']]).toEqual([false, true, '0']);
    expect(again.headers['x-litellm-cache-key']).toBe(first.headers['x-litellm-cache-key']);
    expect(again.headers['content-type']).toBe(first.headers['content-type']);
    expect(await rowOf(first)).toEqual({ spend: 20_000_000n, cacheHit: false });
    expect(await rowOf(again)).toEqual({ spend: 0n, cacheHit: true });
  },
);

it('what changes the answer is another request', async () => {
  const body = { model: 'smart', messages: message() };
  await chat(body);
  for (const more of [
    { temperature: 0 },
    { stream: true },
    { model: 'other' },
    { max_tokens: 5 },
    { messages: message() },
  ])
    expect(isHit(await chat({ ...body, ...more }))).toBe(false);
});

it('goes by what the request asks of it', async () => {
  const body = { model: 'smart', messages: message() };
  await chat({ ...body, cache: { 'no-store': true } });
  expect(isHit(await chat(body))).toBe(false);
  expect(isHit(await chat({ ...body, cache: { 'no-cache': true } }))).toBe(false);
  expect(isHit(await chat({ ...body, cache: { namespace: 'apart' } }))).toBe(false);
  expect(isHit(await chat({ ...body, cache: { namespace: 'apart' } }))).toBe(true);
  expect(isHit(await chat({ ...body, cache: { 's-maxage': 60 } }))).toBe(true);
  const wrong = await chat({ ...body, cache: { ttl: 'long' } });
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('cache.ttl')]);
  expect(calls.at(-1)?.body).not.toHaveProperty('cache');
});

it.each([
  ['failed', { model: 'failing', disable_fallbacks: true }, 500],
  ['was refused', { model: 'refusing' }, 200],
  ['was cut off', { model: 'cut', stream: true }, 502],
])('an answer that %s is not kept', async (_what, given, status) => {
  const body = { ...given, messages: message() };
  expect((await chat(body).catch(() => ({ status }))).status).toBe(status);
  expect(await callsOf(() => chat(body).catch(() => undefined))).toBe(1);
});

it('what another model has answered in its place is not kept as its own', async () => {
  const body = { model: 'failing', messages: message() };
  expect((await chat(body)).status).toBe(200);
  expect(isHit(await chat(body))).toBe(false);
});

it('two teams never get each other’s answers, two keys of one team do', async () => {
  for (const team_id of ['red', 'blue']) await post('/team/new', { team_id });
  const [red, red2, blue] = await Promise.all(['red', 'red', 'blue'].map((team_id) => gateway.makeKey({ team_id })));
  const body = { model: 'smart', messages: message() };
  const first = await chat(body, red);
  expect([isHit(await chat(body, blue)), isHit(await chat(body, red2)), isHit(await chat(body))]).toEqual([
    false,
    true,
    false,
  ]);
  expect((await chat(body, red2)).text).toBe(first.text);
});

it('in the other dialects too', async () => {
  const messages = message();
  const requests: [string, object][] = [
    ['/v1/messages', { model: 'claude', max_tokens: 10, messages }],
    ['/v1/messages', { model: 'smart', max_tokens: 10, messages }],
    ['/v1/responses', { model: 'claude', input: `question ${++asked}` }],
    [
      '/v1beta/models/smart:generateContent',
      { contents: [{ role: 'user', parts: [{ text: `question ${++asked}` }] }] },
    ],
  ];
  for (const [path, body] of requests) {
    const first = await post(path, body);
    const again = await post(path, body);
    expect([path, first.status, isHit(first), isHit(again), again.text === first.text]).toEqual([
      path,
      200,
      false,
      true,
      true,
    ]);
  }
});

it('a stored response is kept for the key alone that may fetch it', async () => {
  await post('/team/new', { team_id: 'green' });
  const [one, two] = await Promise.all([gateway.makeKey({ team_id: 'green' }), gateway.makeKey({ team_id: 'green' })]);
  const body = { model: 'claude', input: `question ${++asked}` };
  await post('/v1/responses', body, one);
  expect(isHit(await post('/v1/responses', body, two))).toBe(false);
  const again = await post('/v1/responses', body, one);
  expect(isHit(again)).toBe(true);
  const { id } = JSON.parse(again.text) as { id: string };
  const fetched = await gateway.send({
    method: 'GET',
    path: `/v1/responses/${id}`,
    headers: { authorization: `Bearer ${one}` },
  });
  expect(fetched.status).toBe(200);
  const unstored = { ...body, store: false };
  await post('/v1/responses', unstored, one);
  expect(isHit(await post('/v1/responses', unstored, two))).toBe(true);
});

it('of many embeddings only those are asked for that are not there, and they come in their order', async () => {
  const embed = (...input: string[]): Promise<Answer> => post('/v1/embeddings', { model: 'vectors', input });
  const vectors = (answer: Answer): unknown =>
    (JSON.parse(answer.text) as { data: { embedding: number[] }[] }).data.map(({ embedding }) => embedding[0]);
  await embed('a', 'bbb');
  const mixed = await embed('cc', 'bbb', 'dddd', 'a');
  expect([vectors(mixed), calls.at(-1)?.body['input']]).toEqual([
    [2, 3, 4, 1],
    ['cc', 'dddd'],
  ]);
  expect((await rowOf(mixed)).spend).toBe(2_000_000n);
  expect(await callsOf(() => embed('dddd', 'a'))).toBe(0);
});

it('kept answers take nothing of budgets and rates of tokens', async () => {
  const key = await gateway.makeKey({ max_budget: 0.1, tpm_limit: 100_000 });
  const body = { model: 'smart', max_tokens: 5, messages: message() };
  expect((await chat(body, key)).status).toBe(200);
  for (let n = 0; n < 20; n += 1) expect(isHit(await chat(body, key))).toBe(true);
  await eventually('the spend is that of one request', async () => {
    const { text } = await gateway.send({
      method: 'GET',
      path: '/key/info',
      headers: { authorization: `Bearer ${key}` },
    });
    return (JSON.parse(text) as { info: { spend: number } }).info.spend === 0.02;
  });
});
