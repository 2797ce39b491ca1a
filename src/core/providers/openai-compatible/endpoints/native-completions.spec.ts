/** The way of a text completion that is passed through: what is sent, what is read, what counts as complete. */
import type { CompletionRequest } from '../../../schema/openai/completions.js';
import type { NativeCall } from '../../../spec/chat-adapter.js';
import { plainParameters, type ParameterPolicy } from '../../../spec/parameters.js';
import { openai } from '../../openai/index.js';

const native = openai.native?.['openai-completions'];
if (!native) throw new Error('OpenAI completes no texts.');
const text = '{"model": "ours", "prompt": "Zażółć", "n": 1.0}';

function call(given: Partial<NativeCall<CompletionRequest>> = {}, parameters: Partial<ParameterPolicy> = {}) {
  return {
    body: JSON.parse(text) as CompletionRequest,
    bytes: Buffer.from(text),
    model: 'gpt-3.5-turbo-instruct',
    stream: false,
    endpoint: { origin: 'https://api.openai.com', basePath: '/v1' },
    parameters: { ...plainParameters, ...parameters },
    created: 0,
    responseId: 'cmpl-1',
    ...given,
  };
}

it.each([
  ['gpt-3.5-turbo-instruct', true],
  ['davinci-002', true],
  ['ft:babbage-002:acme::1', true],
  ['gpt-4o', false],
])('is for models that complete texts: %s is one: %p', (model, expected) => {
  expect(native.accepts(call({ model }))).toBe(expected);
});

it('sends the client’s bytes with the model’s name changed', () => {
  const request = native.buildRequest(call());
  expect([request.path, String(request.body)]).toEqual([
    '/v1/completions',
    text.replace('ours', 'gpt-3.5-turbo-instruct'),
  ]);
});

it('asks for the usage of a stream, and leaves out what the deployment drops', () => {
  const request = native.buildRequest(call({ stream: true }, { alwaysDrop: ['n'], extraBody: { echo: true } }));
  expect(JSON.parse(String(request.body))).toEqual({
    model: 'gpt-3.5-turbo-instruct',
    prompt: 'Zażółć',
    stream_options: { include_usage: true },
    echo: true,
  });
});

it('gives an answer as it came, and reads its usage', () => {
  const body = Buffer.from('{"choices":[{"text":"x"}],"usage":{"prompt_tokens":2,"completion_tokens":1}}');
  expect(native.readResponse({ headers: {}, body }, call())).toEqual({
    body,
    usage: { promptTokens: 2, completionTokens: 1 },
  });
});

it.each(['{}', '[', '{"error":{"message":"no"}}'])('takes %s for no answer', (body) => {
  expect(() => native.readResponse({ headers: {}, body: Buffer.from(body) }, call())).toThrow();
});

describe('a stream', () => {
  const event = (choices: unknown, more = {}): string =>
    `data: ${JSON.stringify({ object: 'text_completion', choices, ...more })}\n\n`;
  const usage = event([], { usage: { prompt_tokens: 2, completion_tokens: 2 } });
  const start =
    event([{ index: 0, text: ' a', finish_reason: null }]) + event([{ index: 0, text: ' b', finish_reason: null }]);
  const end = event([{ index: 0, text: '', finish_reason: 'stop' }]);

  it('passes without the usage that the client did not ask for, and counts its texts', () => {
    const tap = native.createStreamTap(call({ stream: true }));
    expect(String(tap.push(Buffer.from(`${start}${end}${usage}data: [DONE]\n\n`)))).toBe(
      `${start}${end}data: [DONE]\n\n`,
    );
    expect([tap.contentEvents, tap.finished, tap.usage]).toEqual([2, true, { promptTokens: 2, completionTokens: 2 }]);
  });

  it('that ends early is truncated', () => {
    const tap = native.createStreamTap(call({ stream: true }));
    tap.push(Buffer.from(start));
    expect(() => tap.end()).toThrow(expect.objectContaining({ code: 'upstream_stream_truncated' }));
  });
});
