/** A stream that fails ends with the number that follows on its last event. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import { FakeResponse } from '../testing/fake-response.js';
import { ResponsesWriter } from './responses-writer.js';
import { AnswerHeaders } from '../answer-headers.js';

const failure = new GatewayError('upstream_stream_truncated');

function start() {
  const response = new FakeResponse();
  const writer = new ResponsesWriter(response.asServerResponse);
  writer.begin(new AnswerHeaders());
  return { response, writer };
}

it.each([
  ['data: {"sequence_number":3}\n\ndata: {"sequence_number": 41}\n\n', 42],
  [Buffer.from('data: {"type":"x","sequence_number":7,"delta":"\\"sequence_number\\": 9"}\n\n'), 8],
  ['data: {}\n\n', 0],
])('after %j comes %s', (part, number) => {
  const { response, writer } = start();
  writer.write(part);
  writer.fail(failure, new AnswerHeaders());
  const [, data = ''] = /event: error\ndata: (.*)\n\n$/.exec(response.written) ?? [];
  expect(JSON.parse(data)).toMatchObject({ type: 'error', sequence_number: number, code: 'upstream_stream_truncated' });
});

it('leaves the end to whoever made the events', () => {
  const { response, writer } = start();
  writer.write('data: {}\n\n');
  writer.endingOf = ({ code }) => `event: ${code}\n\n`;
  writer.fail(failure, new AnswerHeaders());
  expect(response.written).toBe('data: {}\n\nevent: upstream_stream_truncated\n\n');
});

it('has OpenAI’s envelope where nothing has begun', () => {
  const response = new FakeResponse();
  new ResponsesWriter(response.asServerResponse).fail(failure, new AnswerHeaders());
  expect([response.status, response.error.code]).toEqual([502, '502']);
});
