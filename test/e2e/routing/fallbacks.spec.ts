/** Fallbacks over HTTP: another group answers where one fails, streamed and not, as configured or as the request says, and never beyond the key. */
import { clientView } from '../support/client-stream.js';
import { expectRefused } from '../support/envelope.js';
import { detailOf, TestGateway, type ModelConfig } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import type { RawUpstream } from '../support/upstream.js';
import { startRoutingUpstream } from './routing-upstream.js';

const messages = [{ role: 'user', content: 'Hello' }];
const groups = ['fails~a', 'fails~b', 'limits~a', 'narrow~a', 'refuses~a', 'filters~a', 'breaks-early~a', 'breaks-amid~a', 'answers~yes', 'answers~wide', 'answers~lenient', 'answers~default']; // prettier-ignore

let upstream: RawUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await startRoutingUpstream();
  const model = (name: string): ModelConfig => ({
    model_name: name,
    litellm_params: { model: `openai/${name}`, api_base: `${upstream.origin}/v1`, api_key: 'k' },
  });
  const claude = {
    model_name: 'answers~claude',
    litellm_params: { model: 'anthropic/answers~claude', api_base: upstream.origin, api_key: 'k' },
  };
  gateway = await TestGateway.start({
    models: [...groups.map(model), claude],
    router: {
      disable_cooldowns: true,
      fallbacks: [
        { 'fails~a': ['fails~b', 'answers~yes'] },
        { 'breaks-*': ['answers~claude'] },
        { 'refuses~a': ['answers~yes'] },
        { 'limits~a': ['answers~yes'] },
      ],
      context_window_fallbacks: [{ 'narrow~a': ['answers~wide'] }],
      content_policy_fallbacks: [{ 'filters~a': ['answers~lenient'] }],
      default_fallbacks: ['answers~default'],
    },
  });
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

beforeEach(() => void upstream.requests.splice(0));

const ask = (model: string, more: object = {}, headers = {}): Promise<Answer> =>
  gateway.chat({ model, messages, ...more }, headers);
const askedModels = (): unknown[] => upstream.requests.map(({ json }) => json.model);

describe.each([{ stream: false }, { stream: true }])('a request ($stream is streamed)', (mode) => {
  it('is answered by the first group that can, and says how it came about', async () => {
    const answer = await ask('fails~a', mode);
    expect(clientView(answer)).toMatchObject({ status: 200, text: 'yes', finishReason: 'stop', done: true });
    expect(askedModels()).toEqual(['fails~a', 'fails~b', 'answers~yes']);
    expect(answer.headers).toMatchObject({
      'x-litellm-attempted-fallbacks': '2',
      'x-litellm-model-group': 'answers~yes',
      'x-litellm-model-name': 'openai/answers~yes',
    });
  });

  it('goes to the group for long prompts, to the configured or the default one, by what has failed', async () => {
    expect(clientView(await ask('narrow~a', mode)).text).toBe('wide');
    expect(clientView(await ask('fails~b', mode)).text).toBe('default');
    expect(clientView(await ask('refuses~a', mode)).text).toBe('yes');
  });

  it('that is wrong in itself goes nowhere', async () => {
    expectRefused(await ask('fails~a', { ...mode, messages: 'none' }), 400);
    expect(askedModels()).toEqual([]);
  });

  it('does not wait for a provider that wants time where another group stands by', async () => {
    const startedAt = performance.now();
    expect(clientView(await ask('limits~a', { ...mode, num_retries: 3 })).text).toBe('yes');
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(askedModels()).toEqual(['limits~a', 'answers~yes']);
  });

  it('takes fallbacks of its own, with other messages', async () => {
    const other = [{ role: 'user', content: 'Shorter' }];
    const answer = await ask('fails~a', { ...mode, fallbacks: [{ model: 'answers~wide', messages: other, temperature: 0 }] }); // prettier-ignore
    expect(clientView(answer).text).toBe('wide');
    expect(upstream.requests.map(({ json }) => [json.model, json['messages'], json['temperature']])).toEqual([
      ['fails~a', messages, undefined],
      ['answers~wide', other, 0],
    ]);
  });

  it('has none where it wants none', async () => {
    expectRefused(await ask('fails~a', { ...mode, disable_fallbacks: true }), 500);
    expect(askedModels()).toEqual(['fails~a']);
  });

  it('never reaches a model that its key may not use', async () => {
    const key = await gateway.makeKey({ models: ['fails~a', 'fails~b'] });
    const authorization = `Bearer ${key}`;
    expectRefused(await ask('fails~a', mode, { authorization }), 500);
    expect(askedModels()).toEqual(['fails~a', 'fails~b']);
    expectRefused(await ask('fails~a', { ...mode, fallbacks: ['answers~yes'] }, { authorization }), 403);
  });

  it('can be tried out without anything failing', async () => {
    expect(clientView(await ask('fails~a', { ...mode, mock_testing_fallbacks: true })).text).toBe('yes');
    expect(askedModels()).toEqual(['fails~b', 'answers~yes']);
    expect(clientView(await ask('narrow~a', { ...mode, mock_testing_context_fallbacks: true })).text).toBe('wide');
  });

  it('may have its answer made up', async () => {
    const answer = await ask('fails~a', { ...mode, mock_response: 'Made up.' });
    expect(clientView(answer)).toMatchObject({ status: 200, text: 'Made up.', done: true });
    expectRefused(await ask('refuses~a', { ...mode, mock_response: 'litellm.RateLimitError', disable_fallbacks: true }), 429); // prettier-ignore
    expect(askedModels()).toEqual([]);
  });
});

it('takes an answer back that a content policy has cut off', async () => {
  expect(clientView(await ask('filters~a')).text).toBe('lenient');
});

it('is still answered where a stream ends before its first content, in another dialect if need be', async () => {
  const view = clientView(await ask('breaks-early~a', { stream: true }));
  expect(view).toMatchObject({ status: 200, text: 'claude', finishReason: 'stop', done: true });
});

it('is told of the break where something had been sent', async () => {
  const view = clientView(await ask('breaks-amid~a', { stream: true }));
  expect(view).toMatchObject({ status: 200, text: 'One, two,', finishReason: null, done: false });
  expect(view.error).toBeDefined();
  expect(askedModels()).toEqual(['breaks-amid~a']);
});

it('leaves one row with every attempt, under the name that was asked for', async () => {
  const key = await gateway.makeKey();
  await ask('fails~a', {}, { authorization: `Bearer ${key}` });
  const rows = await gateway.rowsOf('fails~a');
  const newest = rows.sort((one, other) => other.startedAt.getTime() - one.startedAt.getTime())[0];
  expect(newest?.status).toBe('success');
  expect(newest && detailOf(newest).attempts.map(({ status }) => status)).toEqual(['failure', 'failure', 'success']);
});
