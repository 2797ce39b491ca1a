/** The way of a Messages request that is passed through: what is sent, what is read, what counts as complete. */
import type { MessagesRequest } from '../../schema/anthropic/messages-request.js';
import type { NativeCall } from '../../spec/chat-adapter.js';
import { plainParameters, type ParameterPolicy } from '../../spec/parameters.js';
import { anthropicHost } from './claude-host.js';
import { nativeMessages } from './native-messages.js';

const native = nativeMessages();

const text = '{"model": "ours", "max_tokens": 5, "messages": [{"role": "user", "content": "Zażółć"}]}';

function call(
  more: Partial<NativeCall<MessagesRequest>> = {},
  parameters: Partial<ParameterPolicy> = {},
): NativeCall<MessagesRequest> {
  return {
    body: JSON.parse(text) as MessagesRequest,
    bytes: Buffer.from(text),
    model: 'claude-sonnet-4-5',
    stream: false,
    endpoint: { origin: 'https://api.anthropic.com', basePath: '' },
    parameters: { ...plainParameters, ...parameters },
    created: 0,
    responseId: 'msg_1',
    ...more,
  };
}

const sent = (...given: Parameters<typeof call>) => native.buildRequest(call(...given));

describe('the request', () => {
  it('is the client’s bytes with the model’s name changed', () => {
    const request = sent();
    expect(`${request.method} ${request.origin}${request.path}`).toBe('POST https://api.anthropic.com/v1/messages');
    expect(String(request.body)).toBe(text.replace('"ours"', '"claude-sonnet-4-5"'));
    expect(request.headers).toEqual({ 'content-type': 'application/json', 'anthropic-version': '2023-06-01' });
  });

  it('is the very bytes where the name is the same', () => {
    const bytes = Buffer.from(text);
    expect(sent({ bytes, model: 'ours' }).body).toBe(bytes);
  });

  it('is framed in place where a cloud wants the version in the body and the model outside it', () => {
    const cloud = nativeMessages({
      ...anthropicHost,
      provider: 'cloud',
      bodyVersion: 'cloud-1',
      betasInBody: true,
      streamInBody: false,
    });
    const written =
      '{ "max_tokens": 5.0, "stream" : true, "messages": [{"role": "user", "content": "\\u00e9 ü"}], "model":"ours" }';
    const asked = call({
      body: JSON.parse(written) as MessagesRequest,
      bytes: Buffer.from(written),
      clientHeaders: { 'anthropic-beta': 'b', 'anthropic-version': '2023-06-01' },
    });
    const { body, headers } = cloud.buildRequest(asked);
    expect(String(body)).toBe(
      '{ "max_tokens": 5.0,  "messages": [{"role": "user", "content": "\\u00e9 ü"}], "anthropic_version":"cloud-1","anthropic_beta":["b"] }',
    );
    expect(headers).toEqual({ 'content-type': 'application/json' });
  });

  it('is written anew where the deployment adds or takes out members', () => {
    const body = { ...(JSON.parse(text) as MessagesRequest), temperature: 0.5 };
    expect(JSON.parse(String(sent({ body }).body))).toMatchObject({ model: 'claude-sonnet-4-5', temperature: 0.5 });
    const changed = sent({ body }, { alwaysDrop: ['temperature', 'messages'], extraBody: { top_k: 3 } });
    expect(JSON.parse(String(changed.body))).toEqual({
      ...(JSON.parse(text) as object),
      model: 'claude-sonnet-4-5',
      top_k: 3,
    });
  });

  it('leaves out thoughts without a signature, which another model had, and a turn that was nothing else', () => {
    const thought = { type: 'thinking', thinking: 'Hm', signature: '' };
    const signed = { ...thought, signature: 'EqMB==' };
    const user = { role: 'user', content: 'What is {"signature": ""}?' };
    const body = {
      model: 'ours',
      max_tokens: 5,
      messages: [
        user,
        { role: 'assistant', content: [thought, { type: 'text', text: 'Yes' }] },
        user,
        { role: 'assistant', content: [thought] },
        user,
        { role: 'assistant', content: [signed, { type: 'text', text: 'No' }] },
        user,
      ],
    };
    const bytes = Buffer.from(JSON.stringify(body));
    expect(JSON.parse(String(sent({ body: body as MessagesRequest, bytes }).body))).toEqual({
      model: 'claude-sonnet-4-5',
      max_tokens: 5,
      messages: [
        user,
        { role: 'assistant', content: [{ type: 'text', text: 'Yes' }] },
        user,
        user,
        { role: 'assistant', content: [signed, { type: 'text', text: 'No' }] },
        user,
      ],
    });
  });

  it('keeps the very bytes where a text only speaks of an empty signature', () => {
    const body = { model: 'ours', max_tokens: 5, messages: [{ role: 'user' as const, content: '"signature": ""' }] };
    const bytes = Buffer.from(JSON.stringify(body));
    expect(sent({ body, bytes, model: 'ours' }).body).toBe(bytes);
  });

  it('names the betas of the client and of the deployment, and the client’s version', () => {
    const clientHeaders = { 'anthropic-beta': 'a', 'anthropic-version': '2024-01-01' };
    expect(sent({ clientHeaders }, { extraHeaders: { 'anthropic-beta': 'b', 'x-own': '1' } }).headers).toMatchObject({
      'anthropic-beta': 'a,b',
      'anthropic-version': '2024-01-01',
      'x-own': '1',
    });
  });
});

describe('a whole answer', () => {
  const read = (body: unknown) =>
    native.readResponse(
      { headers: {}, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) },
      call(),
    );

  it('goes through as it is, its usage read', () => {
    const answer = read({
      type: 'message',
      content: [],
      usage: { input_tokens: 3, output_tokens: 4, cache_read_input_tokens: 2 },
    });
    expect(answer.usage).toEqual({ promptTokens: 5, completionTokens: 4, cachedTokens: 2 });
  });

  it.each([
    ['<html>'],
    [{}],
    ['null'],
    [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
  ])('that is %j is an error', (body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ provider: 'anthropic' }));
  });
});

describe('a stream', () => {
  const event = (type: string, members: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
  const start = event('message_start', { message: { id: 'm', usage: { input_tokens: 3, output_tokens: 1 } } });
  const delta = event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hi' } });
  const end =
    event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } }) +
    event('message_stop', {});

  it('goes through as it is, is complete with its own end, and tells its usage', () => {
    const tap = native.createStreamTap(call());
    const passed = [start + delta, end].map((part) => String(tap.push(Buffer.from(part)))).join('');
    expect(passed).toBe(start + delta + end);
    expect([tap.end(), tap.finished, tap.contentEvents, tap.usage]).toEqual([
      undefined,
      true,
      1,
      { promptTokens: 3, completionTokens: 9 },
    ]);
  });

  it('that ends early is truncated', () => {
    const tap = native.createStreamTap(call());
    tap.push(Buffer.from(start + delta));
    expect(() => tap.end()).toThrow(expect.objectContaining({ code: 'upstream_stream_truncated' }));
  });

  it.each([
    [event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }), 'Overloaded'],
    ['data: {\n\n', 'not JSON'],
    ['data: 5\n\n', 'no JSON object'],
  ])('with %j in it fails after what was good', (bad, said) => {
    const tap = native.createStreamTap(call());
    expect(() => tap.push(Buffer.from(start + bad))).toThrow(said);
    expect(String(tap.beforeFault)).toBe(start);
  });
});
