/** Counting before every model: asked of the provider where it counts, done here elsewhere, never billed, errors in the words of the client. */
import { errorOf } from '../support/envelope.js';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import { RecordingUpstream, type MadeUpAnswer, type Received } from './recording-upstream.js';

const refusal = { type: 'error', error: { type: 'invalid_request_error', message: 'messages: roles must alternate' } };

function answer({ path, body }: Received): MadeUpAnswer {
  if (path === '/v1/messages/count_tokens') {
    if (body['model'] === 'claude-refusing') return { status: 400, body: refusal };
    if (body['model'] === 'claude-hanging') return { body: {}, after: new Promise(() => undefined) };
    if (body['model'] === 'claude-away') return { status: 529, body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } }; // prettier-ignore
    return { body: { input_tokens: 2_095 } };
  }
  if (path.endsWith(':countTokens'))
    return { body: { totalTokens: 31, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 31 }] } };
  return { status: 404, body: { error: { message: `There is no ${path}.`, type: 'not_found_error' } } };
}

const upstream = new RecordingUpstream(answer);
let gateway: TestGateway;
let limitedKey: string;

const jargon = [
  { role: 'user', content: "This late pivot means we don't have time to boil the ocean for the client deliverable." },
];

beforeAll(async () => {
  const url = await upstream.listen();
  const claude = (name: string, model: string) => ({
    model_name: name,
    litellm_params: { model: `anthropic/${model}`, api_base: url, api_key: 'sk-ant-upstream', temperature: 0.5 },
  });
  gateway = await TestGateway.start({
    models: [
      claude('claude', 'claude-sonnet-4-5'),
      claude('refusing', 'claude-refusing'),
      claude('away', 'claude-away'),
      claude('hanging', 'claude-hanging'),
      { model_name: 'gpt', litellm_params: { model: 'openai/gpt-4o', api_base: `${url}/v1`, api_key: 'sk-openai' } },
      { model_name: 'gemini', litellm_params: { model: 'gemini/gemini-2.5-flash', api_base: url, api_key: 'sk-gem' } },
      { model_name: 'mocked', litellm_params: { model: 'anthropic/claude-x', api_key: 'k', mock_response: 'Hi' } },
    ],
  });
  limitedKey = await gateway.makeKey({ models: ['gpt'] });
});

afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

beforeEach(() => upstream.taken());

function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return gateway.send({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

function anthropicErrorOf({ json }: Answer): { type: string; message: string } {
  expect(json).toEqual({ type: 'error', error: { type: expect.any(String) as string, message: expect.any(String) as string } }); // prettier-ignore
  return (json as { error: { type: string; message: string } }).error;
}

function googleErrorOf({ json }: Answer): { code: number; status: string; message: string } {
  expect(json).toEqual({
    error: { code: expect.any(Number) as number, status: expect.any(String) as string, message: expect.any(String) as string }, // prettier-ignore
  });
  return (json as { error: { code: number; status: string; message: string } }).error;
}

describe('POST /v1/messages/count_tokens', () => {
  const body = { model: 'claude', system: 'Be brief.', messages: jargon, max_tokens: 10 };

  it.each(['/v1/messages/count_tokens', '/messages/count_tokens'])('%s asks Anthropic itself', async (path) => {
    const counted = await post(path, body, { 'anthropic-beta': 'context-1m-2025-08-07' });
    expect([counted.status, counted.json]).toEqual([200, { input_tokens: 2_095 }]);
    const [sent] = upstream.taken();
    expect(sent?.path).toBe('/v1/messages/count_tokens');
    expect(sent?.headers).toMatchObject({
      'x-api-key': 'sk-ant-upstream',
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'context-1m-2025-08-07',
    });
    // Neither the client's limit nor the deployment's temperature: Anthropic refuses a count with them.
    expect(sent?.body).toEqual({ model: 'claude-sonnet-4-5', system: 'Be brief.', messages: jargon });
  });

  it('counts here for a model of somebody else, with its own tokenizer', async () => {
    const counted = await post('/v1/messages/count_tokens', { ...body, model: 'gpt', system: undefined });
    expect([counted.status, counted.json]).toEqual([200, { input_tokens: 25 }]);
    expect(upstream.taken()).toEqual([]);
  });

  it('counts a long prompt as it counts a short one, without a limit by the context window', async () => {
    const messages = [{ role: 'user', content: 'hello '.repeat(170_000) }];
    const counted = await post('/v1/messages/count_tokens', { model: 'gpt', messages });
    expect(counted.status).toBe(200);
    const { input_tokens: tokens } = counted.json as { input_tokens: number };
    expect(Math.abs(tokens - 170_000)).toBeLessThan(2_000);
  });

  it('estimates where the provider cannot count just now', async () => {
    const counted = await post('/v1/messages/count_tokens', { ...body, model: 'away' });
    expect(counted.status).toBe(200);
    expect((counted.json as { input_tokens: number }).input_tokens).toBeGreaterThan(10);
    expect(upstream.taken()).toHaveLength(1);
  });

  it('waits no longer than the request allows for a provider that hangs', async () => {
    const counted = await post(
      '/v1/messages/count_tokens',
      { ...body, model: 'hanging' },
      { 'x-litellm-timeout': '0.2' },
    );
    expect(counted.status).toBe(200);
    expect(upstream.taken()).toHaveLength(1);
  });

  it('says what the provider says of a request that it refuses', async () => {
    const refused = await post('/v1/messages/count_tokens', { ...body, model: 'refusing' });
    expect(refused.status).toBe(400);
    expect(anthropicErrorOf(refused).message).toContain('roles must alternate');
  });

  it('asks nobody for a model that is mocked', async () => {
    expect((await post('/v1/messages/count_tokens', { ...body, model: 'mocked' })).status).toBe(200);
    expect(upstream.taken()).toEqual([]);
  });

  it('leaves no row in the ledger', async () => {
    const before = await gateway.countRows();
    await post('/v1/messages/count_tokens', body);
    await post('/v1/messages/count_tokens', { ...body, model: 'gpt' });
    await post('/v1/messages/count_tokens', { ...body, model: 'refusing' });
    expect(await gateway.countRows()).toBe(before);
  });

  it.each([
    ['no model', { messages: jargon }, 400, 'model'],
    ['no messages', { model: 'claude' }, 400, 'messages'],
    ['messages that are none', { model: 'claude', messages: 'Hello' }, 400, 'messages'],
    ['tools that are none', { model: 'claude', messages: jargon, tools: {} }, 400, 'tools'],
    ['a model that does not exist', { model: 'nobody', messages: jargon }, 400, 'nobody'],
    ['no JSON', '{', 400, 'JSON'],
  ])('refuses %s in the words of Anthropic', async (_what, sent, status, named) => {
    const refused = await post('/v1/messages/count_tokens', sent);
    expect(refused.status).toBe(status);
    expect(anthropicErrorOf(refused)).toMatchObject({ type: 'invalid_request_error' });
    expect(anthropicErrorOf(refused).message).toContain(named);
  });

  it('refuses a key that may not use the model', async () => {
    const refused = await post('/v1/messages/count_tokens', body, { authorization: `Bearer ${limitedKey}` });
    expect(refused.status).toBe(403);
    expect(anthropicErrorOf(refused).type).toBe('permission_error');
    expect(upstream.taken()).toEqual([]);
  });

  it('refuses an address of the client’s own', async () => {
    const refused = await post('/v1/messages/count_tokens', { ...body, api_base: 'http://127.0.0.1:1' });
    expect(refused.status).toBe(400);
    expect(anthropicErrorOf(refused).message).toContain('api_base');
  });
});

describe('models/{model}:countTokens', () => {
  const contents = [{ role: 'user', parts: [{ text: 'What is the capital of France?' }] }];

  it.each(['/v1beta/models/gemini:countTokens', '/v1/models/gemini%3AcountTokens', '/models/gemini:countTokens'])(
    '%s asks Google itself',
    async (path) => {
      const counted = await post(path, { contents });
      expect([counted.status, counted.json]).toEqual([
        200,
        { totalTokens: 31, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 31 }] },
      ]);
      const [sent] = upstream.taken();
      expect([sent?.path, sent?.headers['x-goog-api-key'], sent?.body]).toEqual([
        '/v1beta/models/gemini-2.5-flash:countTokens',
        'sk-gem',
        { contents },
      ]);
    },
  );

  it('takes a whole request of generateContent', async () => {
    const systemInstruction = { parts: [{ text: 'Be brief.' }] };
    const whole = { generateContentRequest: { model: 'models/other', contents, systemInstruction } };
    expect((await post('/v1beta/models/gemini:countTokens', whole)).status).toBe(200);
    expect(upstream.taken()[0]?.body).toEqual({
      generateContentRequest: { model: 'models/gemini-2.5-flash', contents, systemInstruction },
    });
    const elsewhere = await post('/v1beta/models/gpt:countTokens', whole);
    const alone = await post('/v1beta/models/gpt:countTokens', { contents });
    const totals = [alone, elsewhere].map(({ json }) => (json as { totalTokens: number }).totalTokens);
    expect(totals[0]).toBe(14);
    expect(totals[1]).toBeGreaterThan(14);
    expect(upstream.taken()).toEqual([]);
  });

  it.each([
    ['no contents', 'gemini', {}, 'contents'],
    ['both forms', 'gemini', { contents, generateContentRequest: { contents } }, 'exclude'],
    ['a form that is none', 'gemini', { generateContentRequest: 5 }, 'generateContentRequest'],
    ['a model that does not exist', 'nobody', { contents }, 'nobody'],
  ])('refuses %s in the words of Google', async (_what, model, sent, named) => {
    const refused = await post(`/v1beta/models/${model}:countTokens`, sent);
    expect(refused.status).toBe(400);
    expect(googleErrorOf(refused)).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    expect(googleErrorOf(refused).message).toContain(named);
  });

  it('refuses a key that may not use the model', async () => {
    const path = `/v1beta/models/gemini:countTokens?key=${limitedKey}`;
    const headers = { 'content-type': 'application/json', authorization: [] as string[] };
    const refused = await gateway.send({ method: 'POST', path, headers, body: JSON.stringify({ contents }) });
    expect(refused.status).toBe(403);
    expect(googleErrorOf(refused).status).toBe('PERMISSION_DENIED');
  });
});

describe('POST /utils/token_counter', () => {
  it('counts messages here, and says with what', async () => {
    const counted = await post('/utils/token_counter', { model: 'gpt', messages: jargon });
    expect([counted.status, counted.json]).toEqual([
      200,
      {
        total_tokens: 25,
        request_model: 'gpt',
        model_used: 'gpt-4o',
        tokenizer_type: 'openai_tokenizer',
        original_response: null,
        error: false,
        error_message: null,
        status_code: null,
      },
    ]);
  });

  it('counts a prompt, and contents', async () => {
    const prompt = await post('/utils/token_counter', { model: 'gpt', prompt: 'antidisestablishmentarianism' });
    expect(prompt.json).toMatchObject({ total_tokens: 6 });
    const contents = [{ parts: [{ text: 'What is the capital of France?' }] }];
    expect((await post('/utils/token_counter', { model: 'gpt', contents })).json).toMatchObject({ total_tokens: 14 });
  });

  it('asks the provider only where it is told to', async () => {
    const messages = [{ role: 'system', content: 'Be brief.' }, ...jargon];
    const here = await post('/utils/token_counter', { model: 'claude', messages });
    expect(here.json).toMatchObject({ tokenizer_type: 'estimate', model_used: 'claude-sonnet-4-5' });
    expect(upstream.taken()).toEqual([]);
    const there = await post('/utils/token_counter?call_endpoint=true', { model: 'claude', messages });
    expect(there.json).toMatchObject({
      total_tokens: 2_095,
      tokenizer_type: 'anthropic_api',
      original_response: { input_tokens: 2_095 },
    });
    expect(upstream.taken()[0]?.body).toEqual({ model: 'claude-sonnet-4-5', system: 'Be brief.', messages: jargon });
  });

  it('says why the provider did not count', async () => {
    const counted = await post('/utils/token_counter?call_endpoint=true', { model: 'away', messages: jargon });
    expect(counted.json).toMatchObject({ error: true, error_message: 'Overloaded', tokenizer_type: 'estimate' });
  });

  it.each([
    ['nothing to count', { model: 'gpt' }, 400],
    ['two things to count', { model: 'gpt', prompt: 'a', messages: jargon }, 400],
    ['no model', { prompt: 'a' }, 400],
    ['a prompt that is none', { model: 'gpt', prompt: 5 }, 400],
    ['messages that are none', { model: 'gpt', messages: [5] }, 400],
    ['a model that does not exist', { model: 'nobody', prompt: 'a' }, 400],
  ])('refuses %s', async (_what, sent, status) => {
    const refused = await post('/utils/token_counter', sent);
    expect(refused.status).toBe(status);
    expect(errorOf(refused.json).message).not.toBe('');
  });

  it('refuses a key that may not use the model', async () => {
    const body = { model: 'claude', messages: jargon };
    const refused = await post('/utils/token_counter', body, { authorization: `Bearer ${limitedKey}` });
    expect([refused.status, errorOf(refused.json).type]).toEqual([403, 'key_model_access_denied']);
  });
});
