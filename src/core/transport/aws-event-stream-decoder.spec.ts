/** AWS's binary framing: cut anywhere, damaged, too large, unfinished. */
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { GatewayError } from '../errors/gateway-error.js';
import { AwsEventStreamDecoder, type AwsStreamMessage } from './aws-event-stream-decoder.js';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

function frame(headers: Readonly<Record<string, string>>, body: string): Buffer {
  const typed = Object.entries(headers).map(([name, value]) => [name, { type: 'string' as const, value }]);
  return Buffer.from(codec.encode({ headers: Object.fromEntries(typed), body: Buffer.from(body) }));
}

const event = (name: string, body: string): Buffer => frame({ ':message-type': 'event', ':event-type': name }, body);
const show = ({ name, payload }: AwsStreamMessage): string => `${name} ${Buffer.from(payload).toString()}`;

describe('AwsEventStreamDecoder', () => {
  const bytes = Buffer.concat([event('one', '{"a":"é"}'), event('two', ''), event('three', 'x'.repeat(300))]);
  const expected = ['one {"a":"é"}', 'two ', `three ${'x'.repeat(300)}`];

  it('gives the same messages wherever the bytes are cut', () => {
    for (let at = 0; at <= bytes.length; at += 1) {
      const decoder = new AwsEventStreamDecoder();
      const messages = [...decoder.push(bytes.subarray(0, at)), ...decoder.push(bytes.subarray(at))];
      expect(messages.map(show)).toEqual(expected);
      expect(decoder.end()).toBe(true);
    }
    const decoder = new AwsEventStreamDecoder();
    expect([...bytes].flatMap((byte) => decoder.push(Buffer.from([byte]))).map(show)).toEqual(expected);
  });

  it('tells events, exceptions and errors apart', () => {
    const exception = frame({ ':message-type': 'exception', ':exception-type': 'throttlingException' }, '{}');
    const error = frame({ ':message-type': 'error', ':error-code': 'Internal', ':error-message': 'It broke' }, '');
    const decoder = new AwsEventStreamDecoder();
    const messages = decoder.push(Buffer.concat([event('one', ''), exception, error, frame({}, '')]));
    expect(messages.map(({ type, name, errorMessage }) => [type, name, errorMessage])).toEqual([
      ['event', 'one', undefined],
      ['exception', 'throttlingException', undefined],
      ['error', 'Internal', 'It broke'],
      ['', '', undefined],
    ]);
  });

  it('knows whether the stream ended within a message', () => {
    for (const cut of [1, 3, 4, 20, event('one', 'abc').length - 1]) {
      const decoder = new AwsEventStreamDecoder();
      decoder.push(event('one', 'abc').subarray(0, cut));
      expect(decoder.end()).toBe(false);
    }
    expect(new AwsEventStreamDecoder().end()).toBe(true);
  });

  it('refuses a message whose bytes were changed, wherever that was', () => {
    const good = event('one', 'abcdef');
    for (const at of [5, 9, 14, good.length - 6, good.length - 1]) {
      const damaged = Buffer.from(good);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 0x10, at);
      expect(() => new AwsEventStreamDecoder().push(damaged)).toThrow(
        expect.objectContaining({ code: 'upstream_invalid_response' }),
      );
    }
  });

  it('refuses a length that no message has', () => {
    expect(() => new AwsEventStreamDecoder().push(Buffer.from([0, 0, 0, 3, 1]))).toThrow(GatewayError);
  });

  it('refuses a message above the limit as soon as its length is known', () => {
    const decoder = new AwsEventStreamDecoder(100);
    expect(decoder.push(event('one', 'x'))).toHaveLength(1);
    expect(() => decoder.push(Buffer.from([0, 0, 0, 101]))).toThrow('larger than 100 bytes');
  });

  it('hands out what is good before what is not', () => {
    const damaged = Buffer.from(event('two', 'abc'));
    damaged.writeUInt8(0xff, damaged.length - 1);
    const decoder = new AwsEventStreamDecoder();
    expect(decoder.push(Buffer.concat([event('one', ''), damaged])).map(show)).toEqual(['one ']);
    expect(() => decoder.push(Buffer.alloc(0))).toThrow(GatewayError);
    expect(() => decoder.end()).toThrow(GatewayError);
  });
});
