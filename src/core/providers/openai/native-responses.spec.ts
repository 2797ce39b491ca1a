/** The way of a Responses request that is passed through: what is sent, what is read, what counts as complete. */
import type { ResponsesRequest } from '../../schema/openai/responses.js';
import type { NativeCall } from '../../spec/chat-adapter.js';
import { plainParameters, type ParameterPolicy } from '../../spec/parameters.js';
import { openai } from './index.js';

const native = openai.native?.['openai-responses'];
if (!native) throw new Error('OpenAI has no native responses.');
const text = '{"model": "ours", "input": "Zażółć"}';

function call(stream = false, parameters: Partial<ParameterPolicy> = {}): NativeCall<ResponsesRequest> {
  return {
    body: JSON.parse(text) as ResponsesRequest,
    bytes: Buffer.from(text),
    model: 'gpt-5',
    stream,
    endpoint: { origin: 'https://api.openai.com', basePath: '/v1' },
    parameters: { ...plainParameters, ...parameters },
    created: 0,
    responseId: 'resp_1',
  };
}

const usage = {
  input_tokens: 14,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 8,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 22,
};
const counted = { promptTokens: 14, completionTokens: 8, cachedTokens: 4, reasoningTokens: 2 };

it('leaves out what another provider’s model has thought, and keeps OpenAI’s own', () => {
  const own = { type: 'reasoning', id: 'rs_68af4030baa48193b0b43b4c2a176a1a', summary: [] };
  const foreign = { ...own, id: 'rs_0193f0d2-7c1b-7a52-9d4e-5b0c8f6a1e37_0' };
  const said = { type: 'message', id: 'msg_0193f0d2-7c1b-7a52-9d4e-5b0c8f6a1e37_1', role: 'assistant', content: [] };
  const body = { model: 'ours', input: [own, foreign, said] };
  const request = native.buildRequest({ ...call(), body, bytes: Buffer.from(JSON.stringify(body)) });
  expect(JSON.parse(String(request.body))).toEqual({ model: 'gpt-5', input: [own, said] });
});

it('shortens the ids of another provider’s calls, alike for a call and its result', () => {
  const call_id = `call_0__thought__${'x'.repeat(100)}`;
  const input = [
    { type: 'function_call', id: 'fc_1', call_id, name: 'f', arguments: '{}' },
    { type: 'function_call_output', call_id, output: 'x' },
    { type: 'function_call_output', call_id: 'y'.repeat(64), output: 'x' },
  ];
  const body = { model: 'ours', input };
  const request = native.buildRequest({ ...call(), body, bytes: Buffer.from(JSON.stringify(body)) });
  const [called, answered, other] = (JSON.parse(String(request.body)) as { input: { call_id: string }[] }).input;
  expect(called?.call_id).toMatch(/^call_[\w-]{24}$/);
  expect(answered?.call_id).toBe(called?.call_id);
  expect(other?.call_id).toBe('y'.repeat(64));
});

it('sends the client’s bytes with the model’s name changed, and the account along', () => {
  const request = native.buildRequest(call(false, { provider: { organization: 'org-1' } }));
  expect([request.path, String(request.body)]).toEqual(['/v1/responses', text.replace('"ours"', '"gpt-5"')]);
  expect(request.headers).toMatchObject({ accept: 'application/json', 'openai-organization': 'org-1' });
  const changed = native.buildRequest(call(true, { extraBody: { store: false } }));
  expect(JSON.parse(String(changed.body))).toEqual({ input: 'Zażółć', model: 'gpt-5', store: false });
});

it('reads the usage of a whole response, searches included', () => {
  const body = Buffer.from(JSON.stringify({ output: [{ type: 'web_search_call' }], usage, service_tier: 'flex' }));
  const answer = native.readResponse({ headers: {}, body }, call());
  expect(answer.body).toBe(body);
  expect(answer.usage).toEqual({ ...counted, webSearchRequests: 1, serviceTier: 'flex' });
});

it.each(['{}', '[', '{"error":{"message":"no"}}'])('refuses %s for a response', (body) => {
  expect(() => native.readResponse({ headers: {}, body: Buffer.from(body) }, call())).toThrow(
    expect.objectContaining({ provider: 'openai' }),
  );
});

describe('a stream', () => {
  const event = (type: string, members: object = {}): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;

  it.each(['response.completed', 'response.incomplete'])('goes through as it is up to %s', (last) => {
    const tap = native.createStreamTap(call(true));
    const stream =
      event('response.created') +
      event('response.output_text.delta', { delta: 'Hi' }) +
      event(last, { response: { usage } });
    expect(String(tap.push(Buffer.from(stream)))).toBe(stream);
    expect([tap.end(), tap.finished, tap.contentEvents, tap.usage]).toEqual([undefined, true, 1, counted]);
  });

  it('that ends early is truncated', () => {
    const tap = native.createStreamTap(call(true));
    tap.push(Buffer.from(event('response.created')));
    expect(() => tap.end()).toThrow(expect.objectContaining({ code: 'upstream_stream_truncated' }));
  });

  it('with an error event fails after what was good', () => {
    const tap = native.createStreamTap(call(true));
    const bad = event('error', { code: 'server_error', message: 'boom', param: null });
    expect(() => tap.push(Buffer.from(event('response.created') + bad))).toThrow('boom');
    expect(String(tap.beforeFault)).toBe(event('response.created'));
  });
});
