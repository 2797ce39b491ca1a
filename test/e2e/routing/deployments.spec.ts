/** One group's deployments over HTTP: who is left alone, who goes first, who is full or slow, and who goes on with a broken stream. */
import { clientView } from '../support/client-stream.js';
import { expectRefused } from '../support/envelope.js';
import { detailOf, TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import type { RawUpstream } from '../support/upstream.js';
import { startRoutingUpstream } from './routing-upstream.js';

jest.setTimeout(30_000);

const messages = [{ role: 'user', content: 'Hello' }];
let upstream: RawUpstream;
const started: TestGateway[] = [];

beforeAll(async () => {
  upstream = await startRoutingUpstream();
});

afterAll(async () => {
  for (const gateway of started) await gateway.stop();
  await upstream.stop();
});

interface Entry {
  readonly model: string;
  readonly params?: object;
  readonly info?: object;
}

/** A gateway with one group, `group`, of these deployments. */
async function groupOf(
  entries: readonly Entry[],
  router: object = {},
): Promise<(body?: object, headers?: object) => Promise<Answer>> {
  // prettier-ignore
  upstream.requests.splice(0);
  const gateway = await TestGateway.start({
    models: entries.map(({ model, params, info }, index) => ({
      model_name: 'group',
      litellm_params: {
        model,
        api_base: model.startsWith('openai/') ? `${upstream.origin}/v1` : upstream.origin,
        api_key: 'k',
        ...params,
      },
      model_info: { id: `deployment-${index}`, ...info },
    })),
    router: router as Record<string, unknown>,
  });
  started.push(gateway);
  return (body = {}, headers = {}) => gateway.chat({ model: 'group', messages, ...body }, headers as Record<string, string>); // prettier-ignore
}

const askedModels = (): unknown[] => upstream.requests.map(({ json }) => json.model);
const textsOf = (answers: readonly Answer[]): string[] => answers.map((answer) => clientView(answer).text);

it('leaves a deployment alone that says it is over its limit', async () => {
  const ask = await groupOf([{ model: 'openai/limits~a' }, { model: 'openai/answers~b' }], { num_retries: 1 });
  for (let request = 0; request < 20; request += 1) expect(clientView(await ask()).text).toBe('b');
  expect(askedModels().filter((model) => model === 'limits~a').length).toBeLessThanOrEqual(1);
});

it('asks a lone deployment even while it is out: never nobody', async () => {
  const ask = await groupOf([{ model: 'openai/denies~a' }]);
  for (let request = 0; request < 3; request += 1) expectRefused(await ask(), 401);
  expect(askedModels()).toHaveLength(3);
});

it('does not blame a deployment for bad requests', async () => {
  const ask = await groupOf([{ model: 'openai/refuses~a' }]);
  for (let request = 0; request < 10; request += 1) expectRefused(await ask(), 400);
  expect(askedModels()).toHaveLength(10);
});

it('follows order, and goes on to the next one after a failure', async () => {
  const ask = await groupOf(
    [
      { model: 'openai/answers~third', params: { order: 3 } },
      { model: 'openai/fails~first', params: { order: 1 } },
      { model: 'openai/answers~second', params: { order: 2 } },
    ],
    { num_retries: 1 },
  );
  expect(clientView(await ask()).text).toBe('second');
  expect(askedModels()).toEqual(['fails~first', 'answers~second']);
});

it('follows tags of the request and of its key', async () => {
  const ask = await groupOf(
    [
      { model: 'openai/answers~paid', params: { tags: ['paid'] } },
      { model: 'openai/answers~free', params: { tags: ['default'] } },
    ],
    { enable_tag_filtering: true },
  );
  const answers = [await ask(), await ask({ tags: ['paid'] }), await ask({}, { 'x-litellm-tags': 'paid' }), await ask({ metadata: { tags: ['paid'] } })]; // prettier-ignore
  expect(textsOf(answers)).toEqual(['free', 'paid', 'paid', 'paid']);
  const key = await started.at(-1)?.makeKey({ tags: ['paid'] });
  expect(clientView(await ask({}, { authorization: `Bearer ${key}` })).text).toBe('paid');
});

it('keeps a session on one deployment', async () => {
  const entries = Array.from({ length: 5 }, (_, index) => ({ model: `openai/answers~${index}` }));
  const ask = await groupOf(entries, { optional_pre_call_checks: ['session_affinity'] });
  const texts = textsOf(await Promise.all(Array.from({ length: 10 }, () => ask({}, { 'x-litellm-session-id': 's' }))));
  expect(new Set(texts).size).toBe(1);
});

it('holds deployments to their requests a minute where that is switched on', async () => {
  const ask = await groupOf([{ model: 'openai/answers~a', params: { rpm: 2 } }], { optional_pre_call_checks: ['enforce_model_rate_limits'] }); // prettier-ignore
  expect(textsOf([await ask(), await ask()])).toEqual(['a', 'a']);
  const refused = await ask();
  expect(expectRefused(refused, 429).message).toMatch(/^No deployments available for selected model, Try again in \d+ seconds/); // prettier-ignore
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
});

it('lets requests wait for a place by priority, and refuses those for whom the line is too long', async () => {
  const ask = await groupOf([{ model: 'openai/silent~a', params: { max_parallel_requests: 1 } }], {
    max_queued_requests: 1,
    timeout: 20,
  });
  const running = ask({ timeout: 1 });
  while (upstream.requests.length === 0) await new Promise(setImmediate);
  const waiting = ask({ timeout: 1.5, priority: 0 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expectRefused(await ask(), 429);
  expectRefused(await running, 408);
  expectRefused(await waiting, 408);
  expect(upstream.requests).toHaveLength(2);
});

describe.each(['openai', 'anthropic'])('a stream of %s that has sent nothing of its answer in time', (provider) => {
  const entries = [
    { model: `${provider}/dawdles~a`, params: { order: 1 } },
    { model: `${provider}/answers~b`, params: { order: 2 } },
  ];

  it('is given up for another deployment at first_token_timeout', async () => {
    const ask = await groupOf(entries, { first_token_timeout: 0.3, num_retries: 1 });
    expect(clientView(await ask({ stream: true }))).toMatchObject({ status: 200, text: 'b', done: true });
    expect(askedModels()).toEqual(['dawdles~a', 'answers~b']);
  });

  it('is given up by the guard against slow streams only while somebody else can be asked', async () => {
    const slow_stream_guard = { grace_seconds: 0.3 };
    const ask = await groupOf(entries, { slow_stream_guard, num_retries: 1 });
    expect(clientView(await ask({ stream: true })).text).toBe('b');
    const alone = await groupOf([entries[0] as Entry], { slow_stream_guard, num_retries: 1, timeout: 1.5 });
    const answer = await alone({ stream: true });
    expect(answer.durationMs).toBeGreaterThan(1_000);
    expect(askedModels()).toEqual(['dawdles~a']);
  });
});

describe('a stream that breaks off in the middle', () => {
  const entries = [
    { model: 'openai/breaks-amid~a', params: { order: 1 } },
    { model: 'openai/answers~unable', params: { order: 2 } },
    { model: 'anthropic/answers~ three', params: { order: 3 }, info: { supports_assistant_prefill: true } },
  ];
  const router = { enable_mid_stream_fallback_continuation: true, num_retries: 2 };

  it('is continued by a model that goes on from the beginning of its own answer', async () => {
    const ask = await groupOf(entries, router);
    const view = clientView(await ask({ stream: true }));
    expect(view).toMatchObject({ status: 200, text: 'One, two, three', finishReason: 'stop', done: true });
    expect(askedModels()).toEqual(['breaks-amid~a', 'answers~ three']);
    expect(upstream.requests[1]?.json['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'One, two,' }] },
    ]);
    const [row] = (await started.at(-1)?.rowsOf('group')) ?? [];
    expect(row && detailOf(row).attempts.map(({ status }) => status)).toEqual(['failure', 'success']);
  });

  it.each([
    ['not switched on', { num_retries: 2 }, {}],
    ['with tools', router, { tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }] }],
  ])('is an error where that is %s', async (_what, settings, body) => {
    const ask = await groupOf(entries, settings);
    const view = clientView(await ask({ stream: true, ...body }));
    expect(view).toMatchObject({ text: 'One, two,', finishReason: null, done: false });
    expect(view.error).toBeDefined();
    expect(askedModels()).toEqual(['breaks-amid~a']);
  });

  it('is an error where nobody can go on', async () => {
    const ask = await groupOf(entries.slice(0, 2), router);
    const view = clientView(await ask({ stream: true }));
    expect([view.text, view.done]).toEqual(['One, two,', false]);
    expect(view.error).toBeDefined();
    expect(askedModels()).toEqual(['breaks-amid~a']);
  });
});

it('tells what the provider has said of itself, and keeps its cookies', async () => {
  const ask = await groupOf([{ model: 'openai/answers~a' }]);
  for (const stream of [false, true]) {
    const { headers } = await ask({ stream });
    expect(headers).toMatchObject({
      'x-ratelimit-remaining-requests': '41',
      'llm_provider-x-request-id': 'up-1',
      'x-litellm-model-id': 'deployment-0',
    });
    expect(JSON.stringify(headers)).not.toContain('secret=1');
  }
});
