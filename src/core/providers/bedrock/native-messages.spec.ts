/** Which Messages requests go to Claude by InvokeModel, and what becomes of odd streams. */
import type { MessagesRequest } from '../../schema/anthropic/messages-request.js';
import type { ChatCall, NativeCall } from '../../spec/chat-adapter.js';
import { plainParameters } from '../../spec/parameters.js';
import { toAwsFrame } from '../../testing/provider-fixture.js';
import { bedrock } from './index.js';
import { nativeClaude } from './native-messages.js';

const haiku = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const ownProfile = 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc';
const ask: MessagesRequest = { model: 'ours', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] };

function call(
  model: string,
  body = ask,
  provider: Readonly<Record<string, unknown>> = {},
  clientHeaders: Readonly<Record<string, string>> = {},
): NativeCall<MessagesRequest> {
  return {
    body,
    bytes: Buffer.from(JSON.stringify(body)),
    clientHeaders,
    model,
    stream: false,
    endpoint: { origin: 'https://bedrock-runtime.us-west-2.amazonaws.com', basePath: '' },
    parameters: { ...plainParameters, provider },
    created: 0,
    responseId: 'msg_1',
  };
}

describe('goes by InvokeModel:', () => {
  it.each([
    [haiku, {}, true],
    [`us.${haiku}`, {}, true],
    [`eu-west-1/global.${haiku}`, {}, true],
    [`invoke/${haiku}`, {}, true],
    [`arn:aws:bedrock:us-east-2:123456789012:inference-profile/us.${haiku}`, {}, true],
    [ownProfile, { base_model: `bedrock/us.${haiku}` }, true],
    [haiku, { model_id: ownProfile }, true],
    [ownProfile, {}, false],
    [`converse/${haiku}`, {}, false],
    ['amazon.nova-pro-v1:0', {}, false],
    ['openai.gpt-oss-120b-1:0', {}, false],
  ])('%s with %j: %s', (model, settings, expected) => {
    expect(nativeClaude.accepts(call(model, ask, settings))).toBe(expected);
  });
});

it('asks for the bytes of what is at a web address, and sends those', () => {
  const content = [{ type: 'image', source: { type: 'url', url: 'https://a.example/x.png' } }];
  const asked = call(haiku, { ...ask, messages: [{ role: 'user', content }] });
  expect(nativeClaude.remoteMedia?.(asked)).toEqual(['https://a.example/x.png']);
  const media = new Map([['https://a.example/x.png', { mediaType: 'image/png', base64: 'iVBO' }]]);
  const { body } = nativeClaude.buildRequest({ ...asked, media });
  const source = { type: 'base64', media_type: 'image/png', data: 'iVBO' };
  expect(JSON.parse(String(body))).toEqual({
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 5,
    messages: [{ role: 'user', content: [{ type: 'image', source }] }],
  });
});

it.each([
  ['anthropic.claude-opus-4-5-20251101-v1:0', ['effort-2025-11-24']],
  ['global.anthropic.claude-opus-4-6-v1', undefined],
])('asks %s for the beta of the effort where it is one', (model, expected) => {
  const { body } = nativeClaude.buildRequest(call(model, ask, {}, { 'anthropic-beta': 'effort-2025-11-24' }));
  expect(JSON.parse(String(body))).toMatchObject({ max_tokens: 5 });
  expect((JSON.parse(String(body)) as { anthropic_beta?: unknown }).anthropic_beta).toEqual(expected);
});

it.each([['auto'], ['standard_only']])('says nothing of the tier %s, which is the usual one', (tier) => {
  const { headers, body } = nativeClaude.buildRequest(call(haiku, { ...ask, service_tier: tier }));
  expect(headers['x-amzn-bedrock-service-tier']).toBeUndefined();
  expect(String(body)).not.toContain('service_tier');
});

const chunk = (carries: unknown): Buffer => toAwsFrame({ name: 'chunk', carries });
const usage = { input_tokens: 3, cache_read_input_tokens: 2, output_tokens: 1 };
const start = chunk({ type: 'message_start', message: { id: 'm', usage } });
const block = chunk({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
const delta = chunk({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } });
const counted = chunk({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } });
const stop = chunk({ type: 'message_stop', 'amazon-bedrock-invocationMetrics': { outputTokenCount: 9 } });

describe('a stream', () => {
  const tap = () => nativeClaude.createStreamTap(call(haiku));

  it('counts what the translated one counts, and ends with its own end', () => {
    const translated = bedrock.chat?.createStreamParser({
      ...call(`invoke/${haiku}`),
      body: {},
    } as unknown as ChatCall);
    const native = tap();
    for (const frame of [start, block, delta, counted, stop]) {
      translated?.push(frame);
      native.push(frame);
    }
    expect(native.usage).toEqual(translated?.usage);
    expect(native.usage).toEqual({ promptTokens: 5, completionTokens: 9, cachedTokens: 2 });
    expect([native.finished, native.contentEvents, native.end()]).toEqual([true, 1, undefined]);
    expect(native.push(delta)).toBeUndefined();
  });

  it('that is cut off is read for what it said, which is counted', () => {
    const chunks = nativeClaude.createStreamParser?.({ ...call(haiku), body: { model: 'ours', messages: [] } });
    const texts = chunks?.push(Buffer.concat([start, block, delta])).map(({ choices }) => choices[0]?.delta.content);
    expect(texts?.join('')).toBe('Hi');
  });

  it('gives nothing for frames of other kinds, and nothing after the end', () => {
    const given = tap().push(Buffer.concat([toAwsFrame({ name: 'other', payload: {} }), start, stop, delta]));
    expect(String(given).match(/^event: .*$/gm)).toEqual(['event: message_start', 'event: message_stop']);
    expect(String(given)).not.toContain('amazon');
  });

  it('keeps an event that is written over several lines in one', () => {
    const bytes = Buffer.from('{\r\n"type":\n"ping"}').toString('base64');
    expect(String(tap().push(toAwsFrame({ name: 'chunk', payload: { bytes } })))).toBe(
      'event: ping\ndata: {"type":"ping"}\n\n',
    );
  });

  it.each([
    ['no JSON', toAwsFrame({ name: 'chunk', payload: { bytes: Buffer.from('{').toString('base64') } })],
    ['no bytes', toAwsFrame({ name: 'chunk', payload: {} })],
    ['a damaged frame', Buffer.concat([delta.subarray(0, -1), Buffer.from([0])])],
    ['no frame', Buffer.from('<html>No such page</html>')],
  ])('with %s in it fails in Bedrock’s name, after what was good', (_what, bad) => {
    const native = tap();
    let before = '';
    expect(() => {
      before = String(native.push(start));
      native.push(bad);
    }).toThrow(expect.objectContaining({ code: 'upstream_invalid_response', provider: 'bedrock' }));
    expect(before).toContain('message_start');
  });
});
