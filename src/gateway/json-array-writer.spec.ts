/** A stream of events as one JSON array: always valid JSON, whatever its end. */
import { GatewayError } from '../core/errors/gateway-error.js';
import { geminiErrorBody, geminiErrorEvent } from '../core/dialects/gemini/format-error.js';
import { JsonArrayWriter } from './json-array-writer.js';
import { FakeResponse } from './testing/fake-response.js';
import { AnswerHeaders } from './answer-headers.js';

function start() {
  const response = new FakeResponse();
  const writer = new JsonArrayWriter(response.asServerResponse, { body: geminiErrorBody, event: geminiErrorEvent });
  writer.begin(new AnswerHeaders());
  return { response, writer };
}

it('joins the data of events, however many come at once', () => {
  const { response, writer } = start();
  writer.write('data: {"a":1}\n\ndata: {"b":"ü\\n"}\n\n');
  writer.write(Buffer.from('data: {"c":3}\r\n\r\n'));
  writer.end();
  expect(JSON.parse(response.written)).toEqual([{ a: 1 }, { b: 'ü\n' }, { c: 3 }]);
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
});

it('reads events in any form that a provider may give them', () => {
  const { response, writer } = start();
  writer.write('\uFEFFdata: {\ndata: "a":1\ndata: }\n\n: ping\n\n');
  writer.write('event: x\rid: 1\rdata:{"b":"\u2028"}\r\r');
  writer.end();
  expect(JSON.parse(response.written)).toEqual([{ a: 1 }, { b: '\u2028' }]);
});

it('is an empty array where nothing came', () => {
  const { response, writer } = start();
  writer.end();
  expect(JSON.parse(response.written)).toEqual([]);
});

it('ends with the error where the stream breaks', () => {
  const { response, writer } = start();
  writer.write('data: {"a":1}\n\n');
  writer.fail(new GatewayError('upstream_stream_truncated'), new AnswerHeaders());
  expect(JSON.parse(response.written)).toMatchObject([{ a: 1 }, { error: { status: 'INTERNAL' } }]);
});
