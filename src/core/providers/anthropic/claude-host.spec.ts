/** What hosts of Claude may change about its requests, answers and errors. */
import { GatewayError } from '../../errors/gateway-error.js';
import { plainParameters } from '../../spec/parameters.js';
import { buildRequest } from './build-request.js';
import { anthropicHost, inNameOf, type ClaudeHost } from './claude-host.js';
import { modelTraits } from './model-traits.js';
import { parseError } from './parse-error.js';
import { parseResponse } from './parse-response.js';
import { AnthropicStreamParser } from './parse-stream.js';

const host: ClaudeHost = {
  provider: 'cloud',
  path: ({ model }) => `/cloud/${model}`,
  bodyVersion: 'cloud-1',
  betasInBody: true,
  streamInBody: false,
  traits: modelTraits,
};
const call = {
  body: { model: 'x', messages: [{ role: 'user' as const, content: 'hi' }] },
  model: 'claude-sonnet-4-5',
  stream: true,
  endpoint: { origin: 'https://h.example', basePath: '/v1' },
  parameters: { ...plainParameters, extraHeaders: { 'anthropic-beta': 'one, two', 'x-own': 'y' } },
  created: 1,
  responseId: 'r',
};

it('a cloud names version and betas in the body, and the model and the stream in the path', () => {
  const { path, headers, body } = buildRequest(call, host);
  expect(path).toBe('/cloud/claude-sonnet-4-5');
  expect(headers).toEqual({ 'content-type': 'application/json', 'x-own': 'y' });
  expect(JSON.parse(String(body))).toEqual({
    anthropic_version: 'cloud-1',
    anthropic_beta: ['one', 'two'],
    max_tokens: 4096,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
  });
});

it('Anthropic itself names version and betas in headers, and the model and the stream in the body', () => {
  const { path, headers, body } = buildRequest(call);
  expect(path).toBe('/v1/messages');
  expect(headers).toMatchObject({ 'anthropic-version': '2023-06-01', 'anthropic-beta': 'one,two', 'x-own': 'y' });
  expect(JSON.parse(String(body))).toMatchObject({ model: 'claude-sonnet-4-5', stream: true });
});

describe('errors are those of the host', () => {
  const bytes = (text: string): Buffer => Buffer.from(text);
  it.each<[string, () => unknown]>([
    ['a request', () => buildRequest({ ...call, body: { ...call.body, logprobs: true } }, host)],
    ['a body', () => buildRequest({ ...call, body: { ...call.body, messages: [] } }, host)],
    ['an answer', () => parseResponse({ status: 200, headers: {}, body: bytes('{}') }, call, host)],
    ['an event', () => new AnthropicStreamParser(call, host).push(bytes('data: nothing\n\n'))],
    ['a stream', () => new AnthropicStreamParser(call, host).end()],
  ])('of %s', (_what, run) => {
    expect(run).toThrow(expect.objectContaining({ provider: 'cloud' }));
  });

  it('of an error answer', () => {
    expect(parseError({ status: 500, headers: {}, body: bytes('{}') }, 'cloud').provider).toBe('cloud');
  });

  it('with all that they say', () => {
    const cause = new Error('why');
    const given = { message: 'm', status: 418, type: 't', param: 'p', retryAfterMs: 3, detail: 'd', cause };
    const rethrown = (): unknown =>
      inNameOf('cloud', () => {
        throw new GatewayError('upstream_internal', { ...given, provider: 'anthropic' });
      });
    expect(rethrown).toThrow(expect.objectContaining({ ...given, code: 'upstream_internal', provider: 'cloud' }));
    expect(anthropicHost.provider).toBe('anthropic');
  });
});
