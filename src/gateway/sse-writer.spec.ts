/** One answer to one client: whole or streamed, and an error in the form that still fits. */
import { openAiErrorBody, openAiErrorEvent } from '../core/dialects/openai-chat/format-error.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { SseWriter } from './sse-writer.js';
import { FakeResponse } from './testing/fake-response.js';
import { AnswerHeaders } from './answer-headers.js';

function make(): { response: FakeResponse; writer: SseWriter } {
  const response = new FakeResponse();
  return {
    response,
    writer: new SseWriter(response.asServerResponse, { body: openAiErrorBody, event: openAiErrorEvent }),
  };
}

it.each([
  ['text', 'é🦄'],
  ['bytes', Buffer.from('é🦄')],
  ['many bytes', Buffer.from('é🦄'.repeat(10_000))],
])('writes a whole body of %s with its length in bytes', (_what, body) => {
  const { response, writer } = make();
  writer.whole(200, new AnswerHeaders().add('x-a', 'b'), body);
  expect([response.status, response.headers, response.written]).toEqual([
    200,
    {
      'x-a': 'b',
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
    },
    body.toString(),
  ]);
});

it('writes a stream that no proxy holds back, and tells when its client is slow', () => {
  const { response, writer } = make();
  expect(writer.begun).toBe(false);
  writer.begin(new AnswerHeaders());
  expect([response.status, response.headers]).toEqual([
    200,
    { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' },
  ]);
  expect([writer.begun, writer.write('a')]).toEqual([true, true]);
  response.slow = true;
  const resumed = jest.fn();
  expect(writer.write('b')).toBe(false);
  writer.onDrain(resumed);
  expect(resumed).not.toHaveBeenCalled();
  response.drain();
  response.drain();
  writer.end();
  expect([resumed.mock.calls.length, response.written, response.writableEnded]).toEqual([1, 'ab', true]);
});

it('writes an error with its own status before the answer has begun', () => {
  const { response, writer } = make();
  writer.fail(new GatewayError('upstream_rate_limited', { retryAfterMs: 1_001 }), new AnswerHeaders().add('x-a', 'b'));
  expect([response.status, response.headers['retry-after'], response.headers['x-a'], response.error.code]).toEqual([429, '2', 'b', '429']); // prettier-ignore
  expect(response.headers['content-type']).toContain('application/json');
});

it('writes an error into a stream that has begun, ends it, and says nothing of [DONE]', () => {
  const { response, writer } = make();
  writer.begin(new AnswerHeaders());
  writer.write('data: {}\n\n');
  writer.fail(new GatewayError('upstream_connection_lost'), new AnswerHeaders());
  expect(response.written).toMatch(/^data: \{\}\n\ndata: \{"error":.*"code":"502"\}\}\n\n$/);
  expect([response.writableEnded, response.written.includes('[DONE]')]).toEqual([true, false]);
});

it('writes nothing to a client that has gone', () => {
  const { response, writer } = make();
  response.leave();
  writer.fail(new GatewayError('internal'), new AnswerHeaders());
  expect([response.status, response.written, response.writableEnded]).toEqual([undefined, '', false]);
});

it('hears of a client that leaves before the end, and not of one that leaves after it', () => {
  const early = make();
  const late = make();
  const left = jest.fn();
  const done = jest.fn();
  early.writer.onClientLeft(left);
  late.writer.onClientLeft(done);
  early.writer.begin(new AnswerHeaders());
  early.response.leave();
  late.writer.whole(200, new AnswerHeaders(), '{}');
  late.response.leave();
  expect([left.mock.calls.length, done.mock.calls.length]).toEqual([1, 0]);
});

it('breaks the connection off where a stream that holds no events fails', () => {
  const { response, writer } = make();
  const destroy = jest.fn();
  Object.assign(response, { destroy });
  writer.begin(new AnswerHeaders(), 'audio/mpeg');
  writer.write('sound');
  expect(response.headers['content-type']).toBe('audio/mpeg');
  writer.fail(new GatewayError('upstream_stream_truncated'), new AnswerHeaders());
  expect([response.written, response.writableEnded, destroy.mock.calls.length]).toEqual(['sound', false, 1]);
});

it('tells at once of a client that had left before anybody asked', () => {
  const { response, writer } = make();
  const left = jest.fn();
  response.destroyed = true;
  writer.onClientLeft(left);
  expect(left).toHaveBeenCalledTimes(1);
});
