/** The stored side of the Responses API over HTTP, by OpenAI's client: turns that build on each other, and what becomes of a response after it was made. */
import { Logger } from '@nestjs/common';
import OpenAI from 'openai';
import type { ResponseStreamEvent } from 'openai/resources/responses/responses';
import { GatewayError } from '../../../src/core/errors/gateway-error.js';
import { StoredResponseRepository } from '../../../src/objects/responses/stored-response.repository.js';
import { masterKey, TestGateway } from '../support/gateway.js';
import { TwoProviders } from './two-providers.js';

let providers: TwoProviders;
let gateway: TestGateway;
let openai: OpenAI;
let other: OpenAI;
let admin: OpenAI;
let key: string;

const clientOf = (apiKey: string): OpenAI =>
  new OpenAI({ baseURL: `http://127.0.0.1:${gateway.port}/v1`, apiKey, maxRetries: 0 });

beforeAll(async () => {
  Logger.overrideLogger(false);
  providers = await TwoProviders.start();
  const { origin } = providers;
  const native = (name: string, account: string, model = 'gpt-5') => ({
    model_name: name,
    litellm_params: { model: `openai/${model}`, api_base: `${origin}/v1`, api_key: account },
  });
  gateway = await TestGateway.start({
    models: [
      { model_name: 'claude', litellm_params: { model: 'anthropic/claude-x', api_base: origin, api_key: 'sk-a' } },
      native('gpt', 'account-1'),
      native('gpt', 'account-2'),
      native('gpt-mini', 'account-1', 'gpt-5-mini'),
      native('alone', 'account-3'),
      {
        model_name: 'azure',
        litellm_params: {
          model: 'azure/gpt-5',
          api_base: `${origin}`,
          api_key: 'account-azure',
          api_version: '2025-04-01-preview',
        },
      },
      {
        model_name: 'own',
        litellm_params: {
          model: 'openai/gpt-5',
          api_base: `${origin}/v1`,
          api_key: 'account-4',
          configurable_clientside_auth_params: ['api_key'],
        },
      },
      { model_name: 'local', litellm_params: { model: 'openai/gpt-5', mock_response: 'Mocked.', api_key: 'x' } },
    ],
  });
  key = await gateway.makeKey();
  openai = clientOf(key);
  other = clientOf(await gateway.makeKey());
  admin = clientOf(masterKey);
}, 40_000);

afterAll(async () => {
  await gateway.stop();
  await providers.stop();
});

const failureOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'no failure',
    (error: unknown) => error,
  );

async function eventsOf(asked: Promise<AsyncIterable<ResponseStreamEvent>>): Promise<ResponseStreamEvent[]> {
  const events: ResponseStreamEvent[] = [];
  for await (const event of await asked) events.push(event);
  return events;
}

const lastResponse = (events: readonly ResponseStreamEvent[]): OpenAI.Responses.Response =>
  (events.at(-1) as { response: OpenAI.Responses.Response }).response;

/** OpenAI's types do not know it, its API does. */
const storeOf = (response: object): unknown => (response as { store?: unknown }).store;

const text = (role: string, content: string) => ({ role, content: [{ type: 'text', text: content }] });

describe('a model whose provider keeps nothing', () => {
  it('goes on from the turn before, streamed or not, without the instructions of that turn', async () => {
    const first = await openai.responses.create({ model: 'claude', input: 'One', instructions: 'Be brief.' });
    expect([storeOf(first), first.previous_response_id, first.status]).toEqual([true, null, 'completed']);
    const events = await eventsOf(
      openai.responses.create({ model: 'claude', input: 'Two', previous_response_id: first.id, stream: true }),
    );
    const second = lastResponse(events);
    expect(events.at(-1)?.type).toBe('response.completed');
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, index) => index));
    expect([second.previous_response_id, storeOf(second)]).toEqual([first.id, true]);
    const third = await openai.responses.create({
      model: 'claude',
      input: [{ role: 'user', content: 'Three' }],
      previous_response_id: second.id,
    });
    expect(third.previous_response_id).toBe(second.id);
    const { system, messages } = providers.last.body;
    expect(system).toBeUndefined();
    expect(messages).toEqual([
      text('user', 'One'),
      text('assistant', first.output_text),
      text('user', 'Two'),
      expect.objectContaining({ role: 'assistant' }),
      text('user', 'Three'),
    ]);
  });

  it('goes on from each turn as often as wanted', async () => {
    const first = await openai.responses.create({ model: 'claude', input: 'Root' });
    await openai.responses.create({ model: 'claude', input: 'Left', previous_response_id: first.id });
    await openai.responses.create({ model: 'claude', input: 'Right', previous_response_id: first.id });
    expect(JSON.stringify(providers.last.body)).not.toContain('Left');
  });

  it('carries calls of tools over to the turn with their results', async () => {
    const first = await openai.responses.create({
      model: 'claude',
      input: [
        { role: 'user', content: 'Weather?' },
        { type: 'function_call', call_id: 'c1', name: 'get_weather', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'snow' },
      ],
    });
    const second = await openai.responses.create({
      model: 'claude',
      input: 'Thanks',
      previous_response_id: first.id,
    });
    expect(second.status).toBe('completed');
    expect(JSON.stringify(providers.last.body['messages'])).toContain('"tool_use_id":"c1"');
  });

  it('is read back as it was answered, and listed with all that it was asked with', async () => {
    const first = await openai.responses.create({ model: 'claude', input: 'One' });
    const second = await openai.responses.create({ model: 'claude', input: 'Two', previous_response_id: first.id });
    const { output_text: _text, _request_id: _id, ...answered } = second;
    expect(await openai.responses.retrieve(second.id)).toMatchObject(answered);
    const listed = [];
    for await (const item of openai.responses.inputItems.list(second.id, { limit: 2 })) listed.push(item);
    expect(listed).toMatchObject([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Two' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: first.output_text }] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'One' }] },
    ]);
    const page = await openai.responses.inputItems.list(second.id, { limit: 1, order: 'asc' });
    expect([page.data[0]?.id, page.has_more]).toEqual([listed[2]?.id, true]);
  });

  it('stands in for the items that a request names', async () => {
    const first = await openai.responses.create({ model: 'claude', input: 'One' });
    await openai.responses.create({
      model: 'claude',
      input: [
        { role: 'user', content: 'One' },
        { type: 'item_reference', id: String(first.output[0]?.id) },
        { role: 'user', content: 'Two' },
      ],
    });
    expect(providers.last.body['messages']).toEqual([
      text('user', 'One'),
      text('assistant', first.output_text),
      text('user', 'Two'),
    ]);
    const stolen = other.responses.create({
      model: 'claude',
      input: [{ type: 'item_reference', id: String(first.output[0]?.id) }],
    });
    expect(await failureOf(stolen)).toMatchObject({ status: 404, param: 'input' });
  });

  it('is gone once deleted, and a conversation that went through it says so', async () => {
    const first = await openai.responses.create({ model: 'claude', input: 'One' });
    const second = await openai.responses.create({ model: 'claude', input: 'Two', previous_response_id: first.id });
    const deleted = await gateway.send({
      method: 'DELETE',
      path: `/responses/${first.id}`,
      headers: { authorization: `Bearer ${key}` },
    });
    expect([deleted.status, deleted.json]).toEqual([200, { id: first.id, object: 'response', deleted: true }]);
    expect(await failureOf(openai.responses.retrieve(first.id))).toMatchObject({
      status: 404,
      error: { message: `Response with id '${first.id}' not found.`, type: 'invalid_request_error' },
    });
    const goOn = (id: string) =>
      failureOf(openai.responses.create({ model: 'claude', input: 'More', previous_response_id: id }));
    expect(await goOn(first.id)).toMatchObject({
      status: 400,
      param: 'previous_response_id',
      error: { message: `Previous response with id '${first.id}' not found.` },
    });
    expect(await goOn(second.id)).toMatchObject({ status: 400, message: expect.stringContaining('was deleted') });
  });

  it('keeps nothing where the client says so', async () => {
    const made = await openai.responses.create({ model: 'claude', input: 'One', store: false });
    expect(storeOf(made)).toBe(false);
    expect(await failureOf(openai.responses.retrieve(made.id))).toMatchObject({ status: 404 });
  });

  it('keeps no stream that was cut short, and ends it with what failed', async () => {
    providers.truncate = true;
    // OpenAI's client throws at the first of the two events.
    const answer = await gateway.send({
      method: 'POST',
      path: '/v1/responses',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'claude', input: 'One', stream: true }),
    });
    const events = [...answer.text.matchAll(/^data: (.*)$/gm)].map(
      ([, data = '']) => JSON.parse(data) as ResponseStreamEvent,
    );
    const types = events.map(({ type }) => type);
    expect(types.slice(-2)).toEqual(['error', 'response.failed']);
    expect(types).not.toContain('response.completed');
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, index) => index));
    const failed = lastResponse(events);
    expect([failed.status, failed.error?.code]).toEqual(['failed', 'server_error']);
    expect(await failureOf(openai.responses.retrieve(failed.id))).toMatchObject({ status: 404 });
  });

  it('is not cancelled, streamed again or run in the background', async () => {
    const { id } = await openai.responses.create({ model: 'claude', input: 'One' });
    expect(await failureOf(openai.responses.cancel(id))).toMatchObject({
      status: 400,
      message: expect.stringContaining('Cannot cancel a synchronous response.'),
    });
    expect(await failureOf(openai.responses.retrieve(id, { stream: true }))).toMatchObject({
      status: 400,
      param: 'stream',
    });
    const background = openai.responses.create({ model: 'claude', input: 'One', background: true });
    expect(await failureOf(background)).toMatchObject({ status: 400, param: 'background' });
  });

  it('may be an answer that is made up', async () => {
    const made = await openai.responses.create({ model: 'local', input: 'One' });
    expect((await openai.responses.retrieve(made.id)).output_text).toBe('Mocked.');
  });
});

describe('a model whose provider keeps responses', () => {
  it('is asked again at the deployment that made the response before, whichever account it is', async () => {
    for (let turn = 0; turn < 6; turn += 1) {
      const first = await openai.responses.create({ model: 'gpt', input: 'One' });
      const { account } = providers.last;
      const second = await openai.responses.create({ model: 'gpt', input: 'Two', previous_response_id: first.id });
      expect([second.previous_response_id, providers.last.account]).toEqual([first.id, account]);
      expect((await openai.responses.retrieve(second.id)).id).toBe(second.id);
      expect(providers.last).toMatchObject({ method: 'GET', account, url: `/v1/responses/${second.id}` });
    }
  });

  it('is asked at once for a response whose stream has only just ended', async () => {
    const events = await eventsOf(openai.responses.create({ model: 'gpt', input: 'One', stream: true }));
    const first = lastResponse(events);
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_text.delta',
      'response.completed',
    ]);
    const second = await openai.responses.create({ model: 'gpt', input: 'Two', previous_response_id: first.id });
    expect(second.previous_response_id).toBe(first.id);
  });

  it('lists, streams, cancels and deletes by the provider’s own hand', async () => {
    const { id } = await openai.responses.create({ model: 'gpt', input: 'One', background: true });
    const { data } = await openai.responses.inputItems.list(id, { limit: 5, order: 'asc' });
    expect(data[0]?.id).toBe('msg_in');
    expect(providers.last.url).toBe(`/v1/responses/${id}/input_items?limit=5&order=asc`);
    const events = await eventsOf(openai.responses.retrieve(id, { stream: true, starting_after: 1 }));
    expect(events.at(-1)?.type).toBe('response.completed');
    expect(providers.last.url).toBe(`/v1/responses/${id}?stream=true&starting_after=1`);
    expect((await openai.responses.cancel(id)).status).toBe('cancelled');
    await openai.responses.delete(id);
    expect(providers.last.method).toBe('DELETE');
    const asked = providers.received.length;
    expect(await failureOf(openai.responses.retrieve(id))).toMatchObject({ status: 404 });
    expect(providers.received).toHaveLength(asked);
  });

  it('may be another model of the same account, and no model of another', async () => {
    const ids: string[] = [];
    while (ids.length < 1) {
      const made = await openai.responses.create({ model: 'gpt', input: 'One' });
      if (providers.last.account === 'account-1') ids.push(made.id);
    }
    const [id = ''] = ids;
    await openai.responses.create({ model: 'gpt-mini', input: 'Two', previous_response_id: id });
    expect(providers.last).toMatchObject({ account: 'account-1', body: { model: 'gpt-5-mini' } });
    for (const model of ['alone', 'claude']) {
      const refused = openai.responses.create({ model, input: 'Two', previous_response_id: id });
      expect(await failureOf(refused)).toMatchObject({ status: 400, param: 'previous_response_id' });
    }
  });

  it('is told all that was said where the turn before was another provider’s', async () => {
    const first = await openai.responses.create({ model: 'claude', input: 'One' });
    const second = await openai.responses.create({ model: 'alone', input: 'Two', previous_response_id: first.id });
    expect(second.output_text).toMatch(/^native/);
    const { input, previous_response_id: named } = providers.last.body;
    expect(named).toBeUndefined();
    expect(input).toEqual([
      { type: 'message', role: 'user', status: 'completed', content: [{ type: 'input_text', text: 'One' }] },
      expect.objectContaining({ role: 'assistant', content: [expect.objectContaining({ text: first.output_text })] }),
      { type: 'message', role: 'user', content: 'Two' },
    ]);
    expect(JSON.stringify(input)).not.toContain('"id"');
  });

  it('keeps nothing where the client says so', async () => {
    const made = await openai.responses.create({ model: 'gpt', input: 'One', store: false });
    const asked = providers.received.length;
    expect(await failureOf(openai.responses.retrieve(made.id))).toMatchObject({ status: 404 });
    expect(providers.received).toHaveLength(asked);
  });

  it('in an account of the client’s own is nothing that the gateway remembers or stands in the way of', async () => {
    const ask = (more: object): Promise<OpenAI.Responses.Response> =>
      openai.responses.create({ model: 'own', input: 'One', api_key: 'sk-client', ...more } as never);
    const first = await ask({});
    expect(providers.last.account).toBe('sk-client');
    expect((await ask({ previous_response_id: first.id })).previous_response_id).toBe(first.id);
    expect(await failureOf(openai.responses.retrieve(first.id))).toMatchObject({ status: 404 });
    const withGatewaysKey = openai.responses.create({ model: 'own', input: 'Two', previous_response_id: first.id });
    expect(await failureOf(withGatewaysKey)).toMatchObject({ status: 400, param: 'previous_response_id' });
  });

  it('lies below the version of Azure’s API', async () => {
    const { id } = await openai.responses.create({ model: 'azure', input: 'One' });
    await openai.responses.inputItems.list(id, { limit: 3 });
    expect(providers.last).toMatchObject({
      account: 'account-azure',
      url: `/openai/responses/${id}/input_items?api-version=2025-04-01-preview&limit=3`,
    });
  });
});

describe('a response belongs to the key that made it', () => {
  it.each(['claude', 'gpt'])('%s: another key learns nothing of it, an administrator reads it', async (model) => {
    const { id } = await openai.responses.create({ model, input: 'Secret' });
    const asked = providers.received.length;
    for (const attempt of [
      other.responses.retrieve(id),
      other.responses.inputItems.list(id),
      other.responses.delete(id),
      other.responses.cancel(id),
    ])
      expect(await failureOf(attempt)).toMatchObject({
        status: 404,
        error: { message: `Response with id '${id}' not found.` },
      });
    const goOn = other.responses.create({ model, input: 'Tell me', previous_response_id: id });
    expect(await failureOf(goOn)).toMatchObject({ status: 400, param: 'previous_response_id' });
    expect(providers.received).toHaveLength(asked);
    expect((await admin.responses.retrieve(id)).id).toBe(id);
  });

  it('an id that a provider has made for nobody here is refused before the provider is asked', async () => {
    const asked = providers.received.length;
    const body = '{"model": "gpt", "input": "x", "previous\\u005fresponse_id": "resp_of_somebody"}';
    const answer = await gateway.send({
      method: 'POST',
      path: '/openai/v1/responses',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body,
    });
    expect([answer.status, answer.json]).toEqual([
      400,
      {
        error: {
          message: "Previous response with id 'resp_of_somebody' not found.",
          type: 'invalid_request_error',
          param: 'previous_response_id',
          code: '400',
        },
      },
    ]);
    expect(providers.received).toHaveLength(asked);
  });
});

it.each(['/v1/responses', '/responses', '/openai/v1/responses', '/openai/responses'])('serves %s', async (path) => {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ model: 'claude', input: 'Hi' });
  const made = await gateway.send({ method: 'POST', path, headers, body });
  const { id } = made.json as { id: string };
  const read = await gateway.send({ method: 'GET', path: `${path}/${id}`, headers });
  const listed = await gateway.send({ method: 'GET', path: `${path}/${id}/input_items?order=up`, headers });
  expect([made.status, (read.json as { id: string }).id, listed.status]).toEqual([200, id, 400]);
});

describe('while the database is away', () => {
  const away = (): Promise<never> => Promise.reject(new GatewayError('database_unavailable', { retryAfterMs: 1_000 }));
  afterEach(() => jest.restoreAllMocks());

  it.each([true, false])(
    'an answer that need not be kept comes all the same, and says that it is not (stream: %s)',
    async (stream) => {
      jest.spyOn(gateway.app.get(StoredResponseRepository, { strict: false }), 'save').mockImplementation(away);
      const made = stream
        ? lastResponse(await eventsOf(openai.responses.create({ model: 'claude', input: 'One', stream: true })))
        : await openai.responses.create({ model: 'claude', input: 'One' });
      expect([made.status, storeOf(made)]).toEqual(['completed', false]);
      const native = await openai.responses.create({ model: 'gpt', input: 'One' });
      expect(native.status).toBe('completed');
    },
  );

  it('nobody goes on from a response, or has one kept for sure', async () => {
    const repository = gateway.app.get(StoredResponseRepository, { strict: false });
    const first = await openai.responses.create({ model: 'claude', input: 'One' });
    jest.spyOn(repository, 'find').mockImplementation(away);
    jest.spyOn(repository, 'isReachable', 'get').mockReturnValue(false);
    const goOn = openai.responses.create({ model: 'claude', input: 'Two', previous_response_id: first.id });
    expect(await failureOf(goOn)).toMatchObject({ status: 503 });
    const asked = providers.received.length;
    expect(await failureOf(openai.responses.create({ model: 'claude', input: 'Two', store: true }))).toMatchObject({
      status: 503,
    });
    expect(providers.received).toHaveLength(asked);
  });
});

it('a request has one row in the ledger, however much was kept of it', async () => {
  const before = (await gateway.rowsOf('claude')).length;
  const first = await openai.responses.create({ model: 'claude', input: 'One' });
  await openai.responses.create({ model: 'claude', input: 'Two', previous_response_id: first.id });
  await openai.responses.retrieve(first.id);
  const rows = await gateway.rowsOf('claude');
  expect(rows.length - before).toBe(2);
  expect(rows.at(-1)).toMatchObject({ status: 'success', totalTokens: 15 });
});

it.each([false, true])(
  'what was made in the background is paid for once, when it is first seen finished (stream: %s)',
  async (stream) => {
    const rowsBefore = await gateway.rowsOf('gpt-mini');
    const made = await openai.responses.create({ model: 'gpt-mini', input: 'One', background: true });
    expect(made.status).toBe('queued');
    await admin.responses.retrieve(made.id);
    if (stream) await eventsOf(openai.responses.retrieve(made.id, { stream: true }));
    await Promise.all([1, 2, 3].map(() => openai.responses.retrieve(made.id)));
    const known = new Set(rowsBefore.map(({ requestId }) => requestId));
    const rows = (await gateway.rowsOf('gpt-mini'))
      .filter(({ requestId }) => !known.has(requestId))
      .sort((left, right) => left.totalTokens - right.totalTokens);
    expect(rows.map(({ totalTokens }) => totalTokens)).toEqual([0, 15]);
    expect(rows.map(({ spendNanos }) => spendNanos > 0n)).toEqual([false, true]);
    expect(new Set(rows.map(({ apiKeyHash }) => apiKeyHash)).size).toBe(1);
  },
);
