/** What stands behind a path is reached as it is: any method and body, only what belongs to it, counted once. */
import { createHash, randomBytes } from 'node:crypto';
import { detailOf, masterKey, TestGateway } from '../support/gateway.js';
import { send, type Answer } from '../support/http-client.js';
import { echo, EchoUpstream, json } from './echo-upstream.js';

jest.setTimeout(120_000);

let upstream: EchoUpstream;
let gateway: TestGateway;
let key: string;

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly length: number;
  readonly sha256: string;
}

beforeAll(async () => {
  upstream = await EchoUpstream.start();
  const target = (path: string, more: object = {}): object => ({ path, target: `${upstream.origin}/base`, ...more });
  gateway = await TestGateway.start({
    models: [
      { model_name: 'gpt', litellm_params: { model: 'openai/gpt-4o-mini', api_key: 'sk-openai-own', api_base: `${upstream.origin}/v1`, use_in_pass_through: true } }, // prettier-ignore
      { model_name: 'aws', litellm_params: { model: 'bedrock/*', aws_bedrock_runtime_endpoint: upstream.origin, aws_region_name: 'eu-west-1', aws_access_key_id: 'AKIDOWN', aws_secret_access_key: 'own-secret', use_in_pass_through: true } }, // prettier-ignore
    ],
    general: {
      pass_through_endpoints: [
        target('/api', { include_subpath: true, headers: { Authorization: 'Bearer os.environ/UPSTREAM_KEY', 'X-Fixed': 'fixed' }, cost_per_request: 0.25, default_query_params: { v: '2' } }), // prettier-ignore
        target('/exact', { methods: ['POST'] }),
        target('/open', { auth: false, headers: { 'x-key': 'secret' } }),
        target('/all-headers', { include_subpath: true, forward_headers: true }),
        target('/guarded', { guardrails: ['pii'] }),
      ],
      max_request_size_mb: 1,
    },
    environment: { UPSTREAM_KEY: 'upstream-secret', TOLLGATE_ENCRYPTION_KEY: '5f0c1a9d7be24836a1c2d3e4f5061728' },
  });
  key = await gateway.makeKey();
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});
beforeEach(() => {
  upstream.seen.length = 0;
});

const ask = (
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): Promise<Answer> =>
  send(gateway.port, {
    method,
    path,
    headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }), ...headers }, // prettier-ignore
    ...(body !== undefined && { body }),
  });
const echoed = (answer: Answer): Echo => answer.json as Echo;

describe('what goes up', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s goes on with its path, query and body',
    async (method) => {
      const answer = await ask(method, '/api/a/b%2Fc?x=1&x=2', { 'content-type': 'text/csv' }, 'a;b');
      expect(answer.status).toBe(200);
      expect(echoed(answer)).toMatchObject({ method, url: '/base/a/b%2Fc?x=1&x=2&v=2', length: 3 });
      expect(echoed(answer).headers['content-type']).toBe('text/csv');
      expect(answer.headers).toMatchObject({ 'x-from-upstream': 'yes', 'x-litellm-response-cost': '0.25' });
    },
  );

  it('HEAD has no body', async () => {
    const answer = await ask('HEAD', '/api/x');
    expect([answer.status, answer.text, upstream.last.method]).toEqual([200, '', 'HEAD']);
  });

  it.each([
    ['no type at all', {}],
    ['a form', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['gzip', { 'content-encoding': 'gzip' }],
  ] as const)('%s and binary bodies go through untouched', async (_what, headers) => {
    // prettier-ignore
    const body = randomBytes(300_000);
    const answer = await ask('POST', '/api/upload', headers, body);
    expect(echoed(answer)).toMatchObject({ length: 300_000, sha256: createHash('sha256').update(body).digest('hex') });
    expect(upstream.last.headers['content-length']).toBe('300000');
  });

  it("has the entry's headers, and no more of the client's than what describes the content", async () => {
    const { headers } = echoed(
      await ask('POST', '/api/x', {
        ...{ 'x-own': '1', cookie: 'a=b', 'x-fixed': 'client', 'x-pass-own': '2', 'x-pass-x-fixed': 'client' },
        ...{ accept: 'text/plain', 'accept-language': 'de', 'x-forwarded-for': '10.0.0.1', 'x-litellm-tags': 'a' },
      }),
    );
    expect(headers).toMatchObject({ authorization: 'Bearer upstream-secret', 'x-fixed': 'fixed', own: '2', accept: 'text/plain', 'accept-language': 'de' }); // prettier-ignore
    for (const name of ['x-own', 'cookie', 'x-forwarded-for', 'x-litellm-tags', 'x-pass-own']) expect(headers).not.toHaveProperty(name); // prettier-ignore
  });

  it.each([
    'authorization',
    'x-litellm-api-key',
    'api-key',
    'x-api-key',
    'x-goog-api-key',
    'ocp-apim-subscription-key',
    'litellm_user_api_key',
  ])("never has the caller's key of `%s`", async (name) => {
    // prettier-ignore
    const value = name === 'authorization' ? `Bearer ${key}` : key;
    for (const path of ['/all-headers/x', '/openai/v1/models']) {
      const answer = await send(gateway.port, { method: 'GET', path, headers: { [name]: value } });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(JSON.stringify(upstream.last.rawHeaders)).not.toContain(key);
    }
  });

  it('has no header that belongs to a connection, however it is named', async () => {
    const { headers } = echoed(
      await ask('POST', '/all-headers/x', {
        ...{
          connection: 'keep-alive, x-hop, X-Other',
          'x-hop': '1',
          'x-other': '2',
          te: 'trailers',
          'keep-alive': '5',
        },
        ...{ 'proxy-authorization': 'Basic x', 'x-pass-host': 'evil.example', 'x-pass-content-length': '999' },
        ...{ 'x-pass-transfer-encoding': 'chunked', 'x-pass-connection': 'close', 'x-end': 'to-end', trailer: 'x-t' },
      }),
    );
    expect(headers).toMatchObject({ 'x-end': 'to-end', host: new URL(upstream.origin).host });
    for (const name of ['x-hop', 'x-other', 'te', 'keep-alive', 'proxy-authorization', 'trailer']) expect(headers).not.toHaveProperty(name); // prettier-ignore
  });
});

describe('what comes back', () => {
  it('is the status, headers and body of the upstream, but for what belongs to its host and connection', async () => {
    const own = { 'set-cookie': 'a=b', 'strict-transport-security': 'max-age=1', 'alt-svc': 'h3', 'x-litellm-call-id': 'forged' }; // prettier-ignore
    upstream.answer = json({ error: { message: 'No such thing' } }, 404, { ...own, 'x-request-id': 'r1' });
    const answer = await ask('GET', '/api/none');
    expect([answer.status, answer.json]).toEqual([404, { error: { message: 'No such thing' } }]);
    expect(answer.headers['x-request-id']).toBe('r1');
    for (const name of ['set-cookie', 'strict-transport-security', 'alt-svc']) expect(answer.headers).not.toHaveProperty(name); // prettier-ignore
    expect(answer.headers['x-litellm-call-id']).not.toBe('forged');
  });

  it('is a redirect where the upstream sends one: nobody follows it, and no key goes anywhere else', async () => {
    const elsewhere = await EchoUpstream.start();
    upstream.answer = (_request, response) => response.writeHead(307, { location: `${elsewhere.origin}/x` }).end();
    const answer = await ask('POST', '/api/x', {}, 'body');
    expect([answer.status, answer.headers['location'], elsewhere.seen.length]).toEqual([
      307,
      `${elsewhere.origin}/x`,
      0,
    ]);
    await elsewhere.stop();
  });

  afterAll(() => {
    upstream.answer = echo;
  });
});

describe('who may', () => {
  it('an entry without `auth: false` needs a key, and what does not exist is told to those who have one', async () => {
    for (const path of ['/api/x', '/nothing/here', '/openai/v1/models']) {
      expect((await send(gateway.port, { method: 'GET', path })).status).toBe(401);
      expect((await send(gateway.port, { method: 'GET', path, headers: { authorization: 'Bearer sk-none' } })).status).toBe(401); // prettier-ignore
    }
    expect((await ask('GET', '/nothing/here')).status).toBe(404);
    expect((await ask('GET', '/exact/below')).status).toBe(404);
    expect((await ask('GET', '/exact')).status).toBe(404);
    expect((await ask('POST', '/exact')).status).toBe(200);
    expect(upstream.seen).toHaveLength(1);
  });

  it('an open entry needs none, and leaves a row that belongs to nobody', async () => {
    const before = (await gateway.rowsOf('/open')).length;
    expect((await send(gateway.port, { method: 'GET', path: '/open' })).status).toBe(200);
    const rows = await gateway.rowsOf('/open');
    expect([rows.length - before, rows.at(-1)?.apiKeyHash]).toEqual([1, '']);
  });

  it("a key's lists of paths hold, for every spelling of a path", async () => {
    const narrow = await gateway.makeKey({ allowed_passthrough_routes: ['/api/a'], denied_passthrough_routes: ['/api/a/secret'] }); // prettier-ignore
    const statusOf = async (path: string): Promise<number> => (await ask('GET', path, { authorization: `Bearer ${narrow}` })).status; // prettier-ignore
    for (const path of ['/api/a', '/api/a/b', '/api/%61/b']) expect([path, await statusOf(path)]).toEqual([path, 200]);
    for (const path of ['/api/ab', '/api', '/exact', '/api/a/secret', '/api/a/secret/x', '/api/a/%73ecret', '/api/a%2Fsecret/x', '/openai/v1/models']) expect([path, await statusOf(path)]).toEqual([path, path === '/exact' ? 404 : 403]); // prettier-ignore
    expect(upstream.seen).toHaveLength(3);
  });

  it('what a guardrail is to look at is not served without it', async () => {
    const answer = await ask('GET', '/guarded');
    expect([answer.status, answer.text, upstream.seen.length]).toEqual([503, expect.stringContaining('pii'), 0]);
  });

  it.each([
    '/api/../v1/models',
    '/api/./x',
    '/api/%2e%2e/x',
    '/api/.%2E/x',
    '/api//x',
    '/api/x;y=1',
    '/api/%3Bx',
    '/api/%2e%2e%2fx',
    '/api/a%5cb',
    '/api/%252e%252e/x',
    '//api/x',
    '/api/%00',
    '/api/x%0d%0aevil:1',
  ])('%s is malformed, whoever asks', async (path) => {
    // prettier-ignore
    expect([(await ask('GET', path)).status, upstream.seen.length]).toEqual([400, 0]);
  });

  it.each(['TRACE', 'TRACK'])('%s is no method here', async (method) => {
    expect((await ask(method, '/api/x')).status).toBeGreaterThanOrEqual(400);
    expect(upstream.seen).toHaveLength(0);
  });
});

describe('what is paid', () => {
  it('each request leaves one row, as many as the upstream has seen', async () => {
    const before = await gateway.countRows();
    const asked = [...Array(20).keys()].map((number) => ask(number % 2 ? 'GET' : 'POST', `/api/${number}`));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect([(await gateway.countRows()) - before, upstream.seen.length]).toEqual([20, 20]);
  });

  it('`cost_per_request` is charged for an answer, and not for a failure', async () => {
    const mine = await gateway.makeKey({ max_budget: 0.6 });
    const use = (): Promise<Answer> => ask('GET', '/api/priced', { authorization: `Bearer ${mine}` });
    upstream.answer = json({ error: 'down' }, 500);
    expect((await use()).status).toBe(500);
    upstream.answer = echo;
    expect([(await use()).status, (await use()).status]).toEqual([200, 200]);
    // A quarter of a dollar is left of 0.6 for no third one.
    expect((await use()).status).toBe(422);
    const rows = (await gateway.rowsOf('/api')).filter(({ detail }) =>
      JSON.stringify(detail).includes('"method":"GET"'),
    );
    expect(rows.at(-1)).toMatchObject({ spendNanos: 250_000_000n, status: 'success' });
  });

  it('limits of rates hold', async () => {
    const slow = await gateway.makeKey({ rpm_limit: 1 });
    const headers = { authorization: `Bearer ${slow}` };
    expect([(await ask('GET', '/api/x', headers)).status, (await ask('GET', '/api/x', headers)).status]).toEqual([
      200, 429,
    ]);
    expect(upstream.seen).toHaveLength(1);
  });
});

describe("a provider's own prefix", () => {
  const usage = { prompt_tokens: 1_000, completion_tokens: 500, total_tokens: 1_500 };
  const choice = { index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' };
  const completion = {
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o-mini',
    choices: [choice],
    usage,
  };

  it('sends the deployment’s key to the deployment’s address, and charges the tokens of the answer', async () => {
    upstream.answer = json(completion);
    const body = JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }], odd: [1e2] });
    for (const path of ['/openai/v1/chat/completions', '/openai/chat/completions']) {
      const answer = await ask('POST', path, { 'content-type': 'application/json' }, body);
      expect([answer.status, answer.json]).toEqual([200, completion]);
      expect(upstream.last).toMatchObject({ url: '/v1/chat/completions', headers: { authorization: 'Bearer sk-openai-own' } }); // prettier-ignore
      expect(upstream.last.body.toString()).toBe(body);
    }
    const [row] = await gateway.rowsOf('gpt-4o-mini');
    // 1,000 tokens at 0.15 and 500 at 0.6 USD for a million.
    expect(row).toMatchObject({
      spendNanos: 450_000n,
      totalTokens: 1_500,
      status: 'success',
      modelId: expect.any(String),
    });
    expect(JSON.stringify(row?.detail)).toContain('pass_through_endpoint');
  });

  it('reads a stream on its way, and passes it on byte by byte', async () => {
    const events = ['Hel', 'lo'].map((content) => ({ ...completion, object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content }, finish_reason: null }], usage: null })); // prettier-ignore
    const last = { ...completion, object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null }; // prettier-ignore
    const counted = { ...completion, object: 'chat.completion.chunk', choices: [], usage };
    const text = `${[...events, last, counted].map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}: odd comment\n\ndata: [DONE]\n\n`; // prettier-ignore
    upstream.answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text);
    const body = JSON.stringify({
      model: 'gpt-4o',
      stream: true,
      messages: [],
      stream_options: { include_usage: true },
    });
    const answer = await ask('POST', '/openai/v1/chat/completions', { 'content-type': 'application/json' }, body);
    expect(answer.text).toBe(text);
    const [row] = await gateway.rowsOf('gpt-4o');
    // 1,000 tokens at 2.5 and 500 at 10 USD for a million.
    expect(row).toMatchObject({ spendNanos: 7_500_000n, totalTokens: 1_500 });
    expect(row && detailOf(row)).toMatchObject({ stream: true });
  });

  it('a stream that tells of no usage is charged for what it has sent, and says so', async () => {
    const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt-4.1', choices: [{ index: 0, delta: { content: 'word ' }, finish_reason: null }] }; // prettier-ignore
    const end = { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
    const text = `${[...Array(30).fill(chunk), end].map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`; // prettier-ignore
    upstream.answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text);
    const body = JSON.stringify({ model: 'gpt-4.1', stream: true, messages: [{ role: 'user', content: 'Hi' }] });
    await ask('POST', '/openai/v1/chat/completions', { 'content-type': 'application/json' }, body);
    const [row] = await gateway.rowsOf('gpt-4.1');
    expect(row && detailOf(row)).toMatchObject({ usageEstimated: true, completionTokens: expect.any(Number) });
    expect(row?.spendNanos).toBeGreaterThan(0n);
  });

  it('a key that is held to certain models is held to them here too', async () => {
    upstream.answer = json(completion);
    const held = await gateway.makeKey({ models: ['gpt-4o-mini'] });
    const use = (method: string, path: string, body?: object): Promise<Answer> =>
      ask(method, path, { authorization: `Bearer ${held}`, 'content-type': 'application/json' }, body && JSON.stringify(body)); // prettier-ignore
    expect((await use('POST', '/openai/v1/chat/completions', { model: 'gpt-4o-mini', messages: [] })).status).toBe(200);
    expect((await use('POST', '/openai/v1/chat/completions', { model: 'gpt-4o', messages: [] })).status).toBe(403);
    expect((await use('POST', '/openai/v1/fine_tuning/jobs', { training_file: 'f' })).status).toBe(403);
    expect((await use('GET', '/openai/v1/models')).status).toBe(200);
  });

  it('AWS gets a signature by the operator’s keys over what is sent, and nothing of the caller’s', async () => {
    upstream.answer = json({ output: {}, usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 } });
    const signature = `AWS4-HMAC-SHA256 Credential=${key}/20300101/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc`;
    const headers = { authorization: signature, 'x-amz-date': '20300101T000000Z', 'x-amz-security-token': 'of-client', 'content-type': 'application/json' }; // prettier-ignore
    const answer = await ask('POST', '/bedrock/model/a%3Ab/converse', headers, '{"messages":[]}');
    const sent = upstream.last;
    expect([answer.status, sent.url, sent.body.toString()]).toEqual([200, '/model/a%3Ab/converse', '{"messages":[]}']);
    expect(sent.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDOWN\/\d{8}\/eu-west-1\/bedrock\/aws4_request/,
    );
    expect(sent.headers['x-amz-security-token']).toBeUndefined();
    expect(sent.headers['x-amz-date']).not.toBe(headers['x-amz-date']);
    expect(JSON.stringify(sent.rawHeaders)).not.toContain(key);
  });

  it('without an account it says what is to be set', async () => {
    const answer = await ask('GET', '/mistral/v1/models');
    expect([answer.status, answer.text]).toEqual([404, expect.stringContaining('MISTRAL_API_KEY')]);
  });

  afterAll(() => {
    upstream.answer = echo;
  });
});

it('the master key of the gateway is a key as any other', async () => {
  const answer = await ask('GET', '/api/x', { authorization: `Bearer ${masterKey}` });
  expect([answer.status, JSON.stringify(upstream.last.rawHeaders).includes(masterKey)]).toEqual([200, false]);
});
