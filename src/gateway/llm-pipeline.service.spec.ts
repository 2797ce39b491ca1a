/** The spine: what is on record before what, who is never asked, and what becomes of a request however it ends. */
import { plainRouterSettings, type RouterSettings } from '../config/router-settings.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { CustomerDirectory } from '../auth/customers/customer-directory.service.js';
import type { CatalogService } from '../catalog/catalog.service.js';
import type { UpstreamConnections } from '../clients/upstream-connections.service.js';
import { openAiErrorBody, openAiErrorEvent } from '../core/dialects/openai-chat/format-error.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { providerRegistry } from '../core/providers/registry.js';
import { DeploymentRouter } from '../core/router/router.js';
import type { Deployment } from '../core/spec/index.js';
import { madeUpDeployment } from '../core/testing/deployments.js';
import { FakeClock } from '../core/testing/fake-clock.js';
import { FakeUpstream, type FakeExchange } from '../core/testing/fake-upstream.js';
import type { Gate } from '../limits/admission.js';
import { AdmissionService } from '../limits/admission.service.js';
import type { SpendIntent, SpendOutcome, SpendProgress } from '../spend/spend-intent.js';
import type { SpendService } from '../spend/spend.service.js';
import { chatCompletions } from './chat/dialogue-kinds.js';
import { readDialogue } from './chat/dialogue-operation.js';
import type { ResponseCacheService } from '../caching/response-cache.service.js';
import { AnswerSource } from './answer-source.service.js';
import { LlmPipelineService } from './llm-pipeline.service.js';
import type { ModelCallerService } from './model-caller.service.js';
import { RequestAccounts } from './request-accounts.service.js';
import { SseWriter } from './sse-writer.js';
import { GuardrailEngine } from '../guardrails/guardrail-engine.service.js';
import { GuardrailSources } from '../guardrails/guardrail-source.js';
import { RequestGuardrails } from './request-guardrails.service.js';
import { RequestOpening } from './request-opening.service.js';
import { FakeResponse } from './testing/fake-response.js';

const usage = { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 };
/** What gpt-4o costs for that. */
const cost = 3_500_000n;
const json = { 'content-type': 'application/json' };
const completion = JSON.stringify({
  id: 'chatcmpl-up',
  object: 'chat.completion',
  created: 7,
  model: 'gpt-4o-2024',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage,
});
const event = (choice: object, more: object = {}): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-up', object: 'chat.completion.chunk', created: 7, model: 'gpt-4o-2024', choices: [{ index: 0, ...choice }], ...more })}\n\n`; // prettier-ignore
const word = (content: string): string => event({ delta: { content }, finish_reason: null });
const lastEvents =
  event({ delta: {}, finish_reason: 'stop' }) +
  `data: ${JSON.stringify({ id: 'chatcmpl-up', object: 'chat.completion.chunk', created: 7, model: 'x', choices: [], usage })}\n\n` +
  'data: [DONE]\n\n';

function openAi(id: string, given: Partial<Deployment> = {}): Deployment {
  const provider = providerRegistry.find('openai');
  if (!provider) throw new Error('There is no provider openai.');
  return madeUpDeployment({ id, provider, model: 'gpt-4o', endpoint: { origin: `https://${id}.test`, basePath: '/v1' }, ...given }); // prettier-ignore
}

interface World {
  /** What happened, in order. */
  readonly log: string[];
  readonly intents: SpendIntent[];
  readonly outcomes: SpendOutcome[];
  readonly checkpoints: SpendProgress[];
  readonly response: FakeResponse;
  readonly upstream: FakeUpstream;
  readonly clock: FakeClock;
  readonly pipeline: LlmPipelineService;
  readonly called: Deployment[];
  ask(body: object, given?: { headers?: Record<string, string>; models?: readonly string[] }): Promise<void>;
}

interface Given {
  readonly router?: Partial<RouterSettings>;
  readonly deployments?: readonly Deployment[];
  readonly answer?: (exchange: FakeExchange, attempt: number) => void;
  readonly journalFailure?: GatewayError;
  readonly gates?: readonly Gate[];
  readonly numRetries?: number;
}

function world(given: Given = {}): World {
  const log: string[] = [];
  const intents: SpendIntent[] = [];
  const outcomes: SpendOutcome[] = [];
  const checkpoints: SpendProgress[] = [];
  const called: Deployment[] = [];
  const clock = new FakeClock();
  const response = new FakeResponse(log);
  const upstream = new FakeUpstream((exchange, attempt) => {
    log.push('sent');
    given.answer?.(exchange, attempt);
  });
  const deployments = given.deployments ?? [openAi('first')];
  const snapshot = {
    find: (model: string) =>
      model === 'unknown' || deployments.length === 0 ? null : { modelGroup: model, deployments },
    router: { ...plainRouterSettings, numRetries: given.numRetries ?? 2, timeoutMs: 60_000, ...given.router },
    maxResponseBytes: 1_000_000,
    defaultReserveOutputTokens: 1_000,
    requestRules: { enforcedParams: [], mustNameUser: false, refusesClientTags: false, endUserHeaders: [] },
  };
  const catalog = { current: () => ({ ofTeam: () => snapshot as unknown as CatalogSnapshot }) };
  const connections = {
    dispatcherFor: (deployment: Deployment) => (called.push(deployment), upstream.dispatcher),
    credentials: { current: (deployment: Deployment) => deployment.credentials, forget: () => undefined },
  };
  const spend = {
    newRequestId: () => '0190-request',
    begin: (intent: SpendIntent) => {
      if (given.journalFailure) throw given.journalFailure;
      log.push('intent');
      intents.push(intent);
      return {
        requestId: intent.requestId,
        settled: false,
        checkpoint: (progress: SpendProgress) => void checkpoints.push(progress),
        settle: (outcome: SpendOutcome) => {
          log.push('settled');
          outcomes.push(outcome);
        },
      };
    },
  };
  const noCustomers = { admit: () => undefined };
  const accounts = new RequestAccounts(spend as unknown as SpendService, new AdmissionService(given.gates ?? []));
  const noCache = { isOn: false };
  const noModels = {} as ModelCallerService;
  const engine = new GuardrailEngine(new GuardrailSources(), { looked: () => undefined }, clock, () => 0);
  const guardrails = new RequestGuardrails(engine, accounts);
  const pipeline = new LlmPipelineService(
    new RequestOpening(catalog as unknown as CatalogService, noCustomers as unknown as CustomerDirectory, guardrails),
    connections as unknown as UpstreamConnections,
    accounts,
    clock,
    new AnswerSource(
      new DeploymentRouter(() => 0, clock),
      noCache as unknown as ResponseCacheService,
      noModels,
      accounts,
      guardrails,
    ),
  );
  return {
    log,
    intents,
    outcomes,
    checkpoints,
    response,
    upstream,
    clock,
    pipeline,
    called, // prettier-ignore
    ask: (body, { headers = {}, models = [] } = {}) => {
      const principal = { role: 'internal_user', keyHash: 'key-hash', keyAlias: 'alias', userId: 'user', teamId: undefined, models, tags: [] } as const; // prettier-ignore
      const bytes = Buffer.from(
        JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], ...body }),
      );
      const writer = new SseWriter(response.asServerResponse, { body: openAiErrorBody, event: openAiErrorEvent });
      return pipeline.answer(
        { route: '/v1/chat/completions', principal, headers, clientAddress: '192.0.2.7', bytes },
        readDialogue(chatCompletions),
        writer,
      );
    },
  };
}

const answerWhole = (exchange: FakeExchange): void => void exchange.head(200, json).data(completion).end();
const failWith = (status: number) => (exchange: FakeExchange) =>
  void exchange
    .head(status, json)
    .data(JSON.stringify({ error: { message: 'No.' } }))
    .end();

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe('a whole answer', () => {
  it('is journaled before it is asked for, and settled before its client reads a byte', async () => {
    const { log, ask, intents, outcomes, response } = world({ answer: answerWhole });
    await ask({});
    expect(log).toEqual(['intent', 'sent', 'settled', 'head', 'end']);
    expect(intents[0]).toMatchObject({ requestId: '0190-request', apiKeyHash: 'key-hash', keyAlias: 'alias', userId: 'user', modelGroup: 'gpt-4o', requesterIp: '192.0.2.7' }); // prettier-ignore
    expect(intents[0]?.reservationNanos).toBeGreaterThan(10_000_000n);
    expect(outcomes).toEqual([
      expect.objectContaining({
        status: 'success',
        stream: false,
        spendNanos: cost,
        usage: { promptTokens: 1_000, completionTokens: 100 },
        attempts: [expect.objectContaining({ deploymentId: 'first', provider: 'openai', model: 'gpt-4o', apiBase: 'https://first.test/v1', status: 'success', costNanos: cost })], // prettier-ignore
      }),
    ]);
    expect([response.status, response.written]).toEqual([200, completion]);
    expect(response.headers).toMatchObject({
      'x-litellm-call-id': '0190-request',
      'x-litellm-model-id': 'first',
      'x-litellm-model-group': 'gpt-4o',
      'x-litellm-response-cost': '0.0035',
    });
    expect(response.headers).not.toHaveProperty('x-litellm-attempted-retries');
  });

  it('goes out with the operator’s key, the provider’s model name, and none of the gateway’s own members', async () => {
    const { ask, upstream } = world({ answer: answerWhole });
    await ask({ model: 'my-alias', temperature: 0, metadata: { a: 1 }, num_retries: 1 });
    expect(upstream.last.request.headers['authorization']).toBe('Bearer sk-operator');
    expect(JSON.parse(upstream.last.request.body)).toEqual({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], temperature: 0 }); // prettier-ignore
  });

  it('has the deployment’s defaults, where the client did not say otherwise', async () => {
    const { ask, upstream } = world({
      answer: answerWhole,
      deployments: [openAi('first', { defaults: { temperature: 1, seed: 5 } })],
    });
    await ask({ temperature: 0 });
    expect(JSON.parse(upstream.last.request.body)).toMatchObject({ temperature: 0, seed: 5 });
  });

  it.each(['openai/日本', 'a\nb', 'x\u0000', '🦄', '\ud800'])(
    'reaches its client though the model’s name fits no header: %j',
    async (model) => {
      for (const answer of [answerWhole, failWith(400)]) {
        const { ask, response, outcomes } = world({ answer });
        await ask({ model });
        expect([response.writableEnded, outcomes.length]).toEqual([true, 1]);
      }
    },
  );
});

describe('a stream', () => {
  it('is journaled before, told part by part, settled before its end, and counted though its client did not ask', async () => {
    const { log, ask, upstream, outcomes, response } = world();
    const asking = ask({ stream: true });
    await turns();
    upstream.last.eventStream().data(word('Hel')).data(word('lo'));
    expect(response.written).toBe(word('Hel') + word('lo'));
    upstream.last.data(lastEvents).end();
    await asking;
    expect(log.slice(0, 5)).toEqual(['intent', 'sent', 'head', 'write', 'write']);
    expect(log.slice(-2)).toEqual(['settled', 'end']);
    expect([response.status, response.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(response.written.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(response.written).not.toContain('usage');
    expect(JSON.parse(upstream.last.request.body)).toMatchObject({ stream_options: { include_usage: true } });
    expect(outcomes).toEqual([expect.objectContaining({ status: 'success', stream: true, spendNanos: cost })]);
    expect(outcomes[0]?.usageEstimated).toBeUndefined();
  });

  it('whose client leaves closes its upstream at once, and is charged for what had been sent', async () => {
    const { ask, upstream, outcomes, response } = world();
    const asking = ask({ stream: true });
    await turns();
    upstream.last.eventStream();
    for (let sent = 0; sent < 30; sent += 1) upstream.last.data(word('Hi '));
    response.leave();
    expect(upstream.last.aborted).toMatchObject({ code: 'client_closed' });
    await asking;
    expect(upstream.exchanges).toHaveLength(1);
    expect(outcomes).toEqual([
      expect.objectContaining({ status: 'failure', errorCode: 'client_closed', usageEstimated: true }),
    ]);
    expect(outcomes[0]?.usage?.completionTokens).toBe(30);
    expect(outcomes[0]?.spendNanos).toBeGreaterThanOrEqual(300_000n);
  });

  it('that breaks is told within itself, not retried, and never made to look complete', async () => {
    const { ask, upstream, outcomes, response } = world({ deployments: [openAi('first'), openAi('second')] });
    const asking = ask({ stream: true });
    await turns();
    upstream.last.eventStream().data(word('Hel')).error(new Error('reset'));
    await asking;
    expect([upstream.exchanges.length, response.writableEnded]).toEqual([1, true]);
    expect(response.written).toContain('"code":"502"');
    expect(response.written).not.toMatch(/\[DONE\]|"finish_reason":"stop"/);
    expect(outcomes).toEqual([expect.objectContaining({ status: 'failure', errorCode: 'upstream_connection_lost' })]);
  });

  it('that breaks before its first event is retried unseen', async () => {
    const answer = (exchange: FakeExchange, attempt: number): void => {
      if (attempt === 1) exchange.eventStream().error(new Error('reset'));
      else
        exchange
          .eventStream()
          .data(word('Hello') + lastEvents)
          .end();
    };
    const { ask, response, outcomes } = world({ deployments: [openAi('first'), openAi('second')], answer });
    await ask({ stream: true });
    expect([response.status, response.written.endsWith('[DONE]\n\n')]).toEqual([200, true]);
    expect(response.headers).toMatchObject({ 'x-litellm-model-id': 'second', 'x-litellm-attempted-retries': '1' });
    expect(outcomes[0]?.attempts.map(({ deploymentId, status }) => [deploymentId, status])).toEqual([
      ['first', 'failure'],
      ['second', 'success'],
    ]);
  });

  it('leaves a checkpoint with each second and with each fifty parts', async () => {
    const { ask, upstream, clock, checkpoints } = world();
    const asking = ask({ stream: true });
    await turns();
    upstream.last.eventStream();
    for (let sent = 0; sent < 49; sent += 1) upstream.last.data(word('x'));
    expect(checkpoints).toHaveLength(0);
    upstream.last.data(word('x'));
    expect(checkpoints).toEqual([
      expect.objectContaining({
        usage: expect.objectContaining({ completionTokens: 50 }) as unknown,
        attempt: { deploymentId: 'first', provider: 'openai', model: 'gpt-4o', apiBase: 'https://first.test/v1' },
      }),
    ]);
    clock.advance(1_000);
    upstream.last.data(word('x'));
    upstream.last.data(word('x'));
    expect(checkpoints).toHaveLength(2);
    upstream.last.data(lastEvents).end();
    await asking;
  });

  it('waits for a client that is slower than the provider', async () => {
    const { ask, upstream, response } = world();
    const asking = ask({ stream: true });
    await turns();
    response.slow = true;
    upstream.last.eventStream().data(word('a')).data(word('b')).data(lastEvents).end();
    expect([upstream.last.paused, response.written]).toEqual([true, word('a')]);
    response.drain();
    await asking;
    expect(response.written.endsWith('data: [DONE]\n\n')).toBe(true);
  });
});

describe('an upstream that fails', () => {
  it('leaves one settlement with all its attempts, and its client the provider’s words', async () => {
    jest.useFakeTimers();
    try {
      const { ask, log, outcomes, response, upstream } = world({ answer: failWith(500), numRetries: 2 });
      const asking = ask({});
      for (let wait = 0; wait < 5; wait += 1) await jest.advanceTimersByTimeAsync(10_000);
      await asking;
      expect(upstream.exchanges).toHaveLength(3);
      expect(log.filter((entry) => entry === 'intent' || entry === 'settled')).toEqual(['intent', 'settled']);
      expect(log.slice(-3)).toEqual(['settled', 'head', 'end']);
      expect(outcomes).toEqual([
        expect.objectContaining({ status: 'failure', errorCode: 'upstream_internal', spendNanos: 0n }),
      ]);
      expect(outcomes[0]?.attempts).toHaveLength(3);
      expect([response.status, response.error.message]).toEqual([500, 'No.']);
      expect(response.headers['x-litellm-attempted-retries']).toBe('2');
    } finally {
      jest.useRealTimers();
    }
  });

  it('with the request’s own fault is not asked again', async () => {
    const { ask, upstream, outcomes, response } = world({ answer: failWith(400) });
    await ask({});
    expect([upstream.exchanges.length, outcomes.length, response.status]).toEqual([1, 1, 400]);
  });

  it('gives way to another deployment, whose answer is the only one', async () => {
    const answer = (exchange: FakeExchange, attempt: number) =>
      attempt === 1 ? failWith(503)(exchange) : answerWhole(exchange);
    const { ask, outcomes, response } = world({ answer, deployments: [openAi('first'), openAi('second')] });
    await ask({});
    expect([response.written, response.headers['x-litellm-model-id']]).toEqual([completion, 'second']);
    expect(outcomes).toEqual([expect.objectContaining({ status: 'success', spendNanos: cost })]);
  });

  it('takes no more attempts than the request allows', async () => {
    for (const [body, headers] of [
      [{ num_retries: 0 }, {}],
      [{}, { 'x-litellm-num-retries': '0' }],
    ] as const) {
      const { ask, upstream } = world({ answer: failWith(500), numRetries: 5 });
      await ask(body, { headers });
      expect(upstream.exchanges).toHaveLength(1);
    }
  });

  it('by silence is over when the request’s own time is, retries and all, and nothing is sent after that', async () => {
    const { ask, upstream, outcomes, response, clock } = world({ numRetries: 5 });
    jest.useFakeTimers();
    try {
      const asking = ask({}, { headers: { 'x-litellm-timeout': '1' } });
      for (let second = 0; second < 30; second += 1) {
        clock.advance(1_000);
        await jest.advanceTimersByTimeAsync(1_000);
      }
      await asking;
      expect([response.status, outcomes[0]?.errorCode]).toEqual([408, 'upstream_timeout']);
      expect(upstream.exchanges).toHaveLength(1);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is not asked again for a client that left during the wait', async () => {
    jest.useFakeTimers();
    try {
      const { ask, upstream, outcomes, response } = world({ answer: failWith(500), numRetries: 5 });
      const asking = ask({});
      await turns();
      response.leave();
      await asking;
      expect([upstream.exchanges.length, outcomes.length]).toEqual([1, 1]);
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('a request that reaches nobody', () => {
  it.each([
    ['an unknown model', { model: 'unknown' }, [], 400, 'model'],
    ['a model that the key may not use', { model: 'gpt-4o' }, ['claude'], 403, 'model'],
    ['a wrong body', { messages: [] }, [], 400, 'messages'],
    ['a guardrail that there is not', { guardrails: ['x'] }, [], 400, 'guardrails'],
    ['a fallback that is no model', { fallbacks: ['unknown'] }, [], 400, 'model'],
    ['a fallback that the key may not use', { fallbacks: ['other'] }, ['gpt-4o'], 403, 'model'],
    ['an address', { api_base: 'https://evil.example' }, [], 400, 'api_base'],
    ['a key', { api_key: 'sk-client' }, [], 400, 'api_key'],
    [
      'a credential deep below',
      { metadata: { a: [{ aws_secret_access_key: 'x' }] } },
      [],
      400,
      'aws_secret_access_key',
    ],
    [
      'a parameter that the provider refuses',
      { stream_options: { include_usage: true }, tools: 'x' },
      [],
      400,
      'tools',
    ],
  ])(
    'for %s is refused with its parameter, and leaves nothing in the ledger',
    async (_why, body, models, status, param) => {
      const { ask, log, response } = world({ answer: answerWhole });
      await ask(body, { models });
      expect([response.status, response.error.param]).toEqual([status, param]);
      expect(log).toEqual(['head', 'end']);
    },
  );

  it('is told which model and route it was', async () => {
    const { ask, response } = world();
    await ask({ model: 'unknown' });
    expect(response.error.message).toMatch(/^\/v1\/chat\/completions: Invalid model name passed in model=unknown\./);
  });

  it('because the journal cannot take it is told so at once: unrecorded, nothing is sent', async () => {
    const journalFailure = new GatewayError('journal_unavailable');
    const { ask, log, response } = world({
      answer: answerWhole,
      journalFailure,
      deployments: [openAi('first'), openAi('second')],
    });
    const asking = ask({});
    await turns();
    expect([response.status, log]).toEqual([503, ['head', 'end']]);
    await asking;
  });

  it('because of a fault of ours is a 500 without its internals', async () => {
    const { ask, response, pipeline } = world();
    Object.assign((pipeline as unknown as { connections: object }).connections, {
      dispatcherFor: () => {
        throw new TypeError('secret');
      },
    });
    Object.assign((pipeline as unknown as { logger: object }).logger, { error: () => undefined });
    await ask({});
    expect([response.status, response.error.type]).toEqual([500, 'internal_server_error']);
    expect(response.written).not.toContain('secret');
  });
});

describe('addresses and keys of clients', () => {
  const allowing = (clientSettable: readonly string[]): Deployment => openAi('first', { clientSettable });

  it('are followed where the operator allows it: the client’s key, to the client’s address, under the egress policy', async () => {
    const { ask, upstream, called, outcomes } = world({
      answer: answerWhole,
      deployments: [allowing(['api_base', 'api_key'])],
    });
    await ask({ api_base: 'https://own.example/v2', api_key: 'sk-client' });
    expect(upstream.last.request).toMatchObject({ origin: 'https://own.example', path: '/v2/chat/completions' });
    expect(upstream.last.request.headers['authorization']).toBe('Bearer sk-client');
    expect(upstream.last.request.body).not.toMatch(/api_base|api_key|sk-client|own\.example/);
    expect(called[0]?.egress).toBe('restricted');
    expect(outcomes[0]?.attempts[0]?.apiBase).toBe('https://own.example/v2');
  });

  it('never bring the operator’s key to the client’s address', async () => {
    const { ask, upstream } = world({ answer: answerWhole, deployments: [allowing(['api_base', 'api_key'])] });
    await ask({ api_base: 'https://own.example' });
    expect(upstream.last.request.origin).toBe('https://own.example');
    expect(JSON.stringify(upstream.last.request)).not.toContain('sk-operator');
  });

  it('go to those deployments alone that allow them, retries included', async () => {
    const deployments = [openAi('closed'), openAi('open', { clientSettable: ['api_key'] })];
    const { ask, upstream } = world({ answer: failWith(401), deployments, numRetries: 3 });
    await ask({ api_key: 'sk-client' });
    expect(upstream.exchanges.map(({ request }) => request.origin)).toEqual(['https://open.test']);
  });
});

describe('answers from within the process', () => {
  it.each([false, true])('are in the ledger too (stream: %s)', async (stream) => {
    const { ask, log, response, outcomes, upstream } = world({
      deployments: [openAi('first', { mockResponse: 'Hello you' })],
    });
    await ask({ stream });
    expect(upstream.exchanges).toEqual([]);
    expect([log[0], log.slice(-2).includes('settled') || log[1] === 'settled']).toEqual(['intent', true]);
    expect(response.written).toContain(stream ? '[DONE]' : 'Hello you');
    expect(outcomes).toEqual([
      expect.objectContaining({ status: 'success', usage: { promptTokens: 10, completionTokens: 20 } }),
    ]);
  });

  it('whose slow client leaves are settled all the same', async () => {
    const { ask, response, outcomes } = world({ deployments: [openAi('first', { mockResponse: 'Hello you' })] });
    response.slow = true;
    void ask({ stream: true });
    await turns();
    response.leave();
    await turns();
    expect(outcomes).toEqual([expect.objectContaining({ status: 'failure', errorCode: 'client_closed' })]);
  });
});

describe('shutdown', () => {
  it('waits for what is running, then tells each client and settles its account, and takes nothing new', async () => {
    jest.useFakeTimers();
    try {
      const { ask, upstream, clock, pipeline, response, outcomes } = world();
      void ask({ stream: true });
      await turns();
      upstream.last.eventStream().data(word('Hel'));
      let down = false;
      const stopping = Promise.resolve(pipeline.beforeApplicationShutdown()).then(() => (down = true));
      await jest.advanceTimersByTimeAsync(1_000);
      expect([down, outcomes]).toEqual([false, []]);
      clock.advance(3_600_000);
      await jest.advanceTimersByTimeAsync(10_000);
      await stopping;
      expect(upstream.last.aborted).toMatchObject({ code: 'shutting_down' });
      expect(outcomes).toEqual([expect.objectContaining({ status: 'failure', errorCode: 'shutting_down' })]);
      expect(response.written).toContain('"code":"503"');
    } finally {
      jest.useRealTimers();
    }
  });
});
