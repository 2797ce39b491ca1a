/** The way of a generateContent request that is passed through: what is sent, what is read, what counts as complete. */
import type { GenerateContentRequest } from '../../schema/google/generate-content-request.js';
import type { NativeCall } from '../../spec/chat-adapter.js';
import { plainParameters, type ParameterPolicy } from '../../spec/parameters.js';
import { gemini } from './index.js';

const native = gemini.native?.['gemini-generate-content'];
if (!native) throw new Error('Gemini has no native side.');

function call(stream = false, parameters: Partial<ParameterPolicy> = {}): NativeCall<GenerateContentRequest> {
  const body = { model: 'ours', contents: [{ parts: [{ text: 'Hi' }] }], safetySettings: [] };
  return {
    body,
    bytes: Buffer.from(''),
    model: 'gemini-2.5-flash',
    stream,
    endpoint: { origin: 'https://generativelanguage.googleapis.com', basePath: '' },
    parameters: { ...plainParameters, ...parameters },
    created: 0,
    responseId: 'r',
  };
}

const usageMetadata = { promptTokenCount: 4, candidatesTokenCount: 2, thoughtsTokenCount: 1, totalTokenCount: 7 };
const counted = { promptTokens: 4, completionTokens: 3, reasoningTokens: 1 };
const event = (answer: object): string => `data: ${JSON.stringify(answer)}\r\n\r\n`;
const first = event({ candidates: [{ content: { parts: [{ text: 'Pa' }] }, index: 0 }] });
const last = event({
  candidates: [{ content: { parts: [{ text: 'ris' }] }, finishReason: 'STOP', index: 0 }],
  usageMetadata,
});

it('has another model’s calls signed by the stand-in where the model demands signatures', () => {
  const call1 = { functionCall: { name: 'f', args: {} } };
  const signed = { ...call1, thoughtSignature: 'c2ln' };
  const contents = [
    { role: 'user', parts: [{ text: 'Hi' }] },
    { role: 'model', parts: [{ text: 'Well' }, call1, call1] },
    { role: 'model', parts: [signed, call1] },
  ];
  const sent = (model: string): unknown => {
    const given = { ...call(), model, body: { model: 'ours', contents } };
    return (JSON.parse(String(native.buildRequest(given).body)) as { contents: unknown }).contents;
  };
  expect(sent('gemini-2.5-flash')).toEqual(contents);
  expect(sent('gemini-3-flash-preview')).toEqual([
    contents[0],
    {
      role: 'model',
      parts: [{ text: 'Well' }, { ...call1, thoughtSignature: 'skip_thought_signature_validator' }, call1],
    },
    contents[2],
  ]);
});

it('sends what the client sent, without the model, which stands in the path', () => {
  const whole = native.buildRequest(call());
  expect([whole.path, JSON.parse(String(whole.body))]).toEqual([
    '/v1beta/models/gemini-2.5-flash:generateContent',
    { contents: [{ parts: [{ text: 'Hi' }] }], safetySettings: [] },
  ]);
  const streamed = native.buildRequest(
    call(true, { alwaysDrop: ['safetySettings'], extraBody: { labels: { a: 'b' } } }),
  );
  expect(streamed.path).toBe('/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse');
  expect(JSON.parse(String(streamed.body))).toEqual({ contents: [{ parts: [{ text: 'Hi' }] }], labels: { a: 'b' } });
});

it('gives a whole answer as it came, and reads its usage', () => {
  const body = Buffer.from(JSON.stringify({ candidates: [{}], usageMetadata }));
  const answer = native.readResponse({ headers: {}, body }, call());
  expect(answer.body).toBe(body);
  expect(answer.usage).toEqual(counted);
});

it.each(['{}', '[', '{"error":{"code":500,"message":"no"}}'])('takes %s for no answer', (body) => {
  expect(() => native.readResponse({ headers: {}, body: Buffer.from(body) }, call())).toThrow(
    expect.objectContaining({ provider: 'gemini' }),
  );
});

describe('a stream', () => {
  it('passes as it is, and is complete once every answer has ended', () => {
    const tap = native.createStreamTap(call(true));
    expect(String(tap.push(Buffer.from(first + last)))).toBe(first + last);
    expect([tap.end(), tap.finished, tap.contentEvents, tap.usage]).toEqual([undefined, false, 2, counted]);
  });

  it('gives the last event, whose blank line is missing, at its end', () => {
    const tap = native.createStreamTap(call(true));
    tap.push(Buffer.from(first + last.trimEnd()));
    expect(String(tap.end())).toContain('"ris"');
    expect(tap.usage).toEqual(counted);
  });

  it.each([
    ['nothing', ''],
    ['a beginning', first],
    ['half an event after its beginning', first + last.slice(0, 20)],
  ])('that brought %s is truncated', (_what, text) => {
    const tap = native.createStreamTap(call(true));
    tap.push(Buffer.from(text));
    expect(() => tap.end()).toThrow(expect.objectContaining({ code: 'upstream_stream_truncated' }));
  });

  it('is complete where the prompt was blocked', () => {
    const tap = native.createStreamTap(call(true));
    tap.push(Buffer.from(event({ promptFeedback: { blockReason: 'SAFETY' } })));
    expect(tap.end()).toBeUndefined();
  });

  it('fails with an error event, after what was good', () => {
    const tap = native.createStreamTap(call(true));
    expect(() => tap.push(Buffer.from(first + event({ error: { code: 503, message: 'overloaded' } })))).toThrow(
      'overloaded',
    );
    expect(String(tap.beforeFault)).toBe(first);
  });
});
