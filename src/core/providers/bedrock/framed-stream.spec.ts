/** Streams within AWS's frames: what comes through, and what does not. */
import { EventStreamCodec } from '@smithy/eventstream-codec';
import type { ChatCompletionChunk } from '../../schema/openai/chat.js';
import type { ChatStreamParser } from '../../spec/chat-adapter.js';
import { FramedStreamParser } from './framed-stream.js';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

function frame(type: string, name: string, body: string): Buffer {
  const value = (text: string): { type: 'string'; value: string } => ({ type: 'string', value: text });
  const key = type === 'exception' ? ':exception-type' : type === 'error' ? ':error-code' : ':event-type';
  const headers = { ':message-type': value(type), [key]: value(name), ':error-message': value('Said in a header') };
  return Buffer.from(codec.encode({ headers, body: Buffer.from(body) }));
}

/** Gives each byte as a chunk, is finished by `.`, and fails at `!`. */
class Echo implements ChatStreamParser {
  finished = false;
  beforeFault: readonly ChatCompletionChunk[] = [];
  readonly usage = { promptTokens: 1, completionTokens: 2 };

  push(bytes: Uint8Array): readonly ChatCompletionChunk[] {
    const chunks = [...Buffer.from(bytes).toString()].map((text) => text as unknown as ChatCompletionChunk);
    const fault = chunks.indexOf('!' as unknown as ChatCompletionChunk);
    if (fault !== -1) {
      this.beforeFault = chunks.slice(0, fault);
      throw new Error('inner');
    }
    this.finished = chunks.at(-1) === ('.' as unknown as ChatCompletionChunk);
    return chunks;
  }

  end(): readonly ChatCompletionChunk[] {
    return ['end' as unknown as ChatCompletionChunk];
  }
}

const open = (): FramedStreamParser =>
  new FramedStreamParser(new Echo(), ({ name, payload }) => (name === 'part' ? payload : undefined), 'bedrock');
const part = (text: string): Buffer => frame('event', 'part', text);

describe('FramedStreamParser', () => {
  it('hands on what the parts carry, skips other events, and stops at the end', () => {
    const parser = open();
    expect(parser.push(Buffer.concat([part('a'), frame('event', 'other', 'x'), part('b.'), part('c')]))).toEqual([
      'a',
      'b',
      '.',
    ]);
    expect(parser.finished).toBe(true);
    expect(parser.usage).toEqual({ promptTokens: 1, completionTokens: 2 });
    expect(parser.end()).toEqual(['end']);
  });

  it.each([
    ['throttlingException', '{"message":"Slow down"}', { code: 'upstream_rate_limited', message: 'Slow down' }],
    ['modelTimeoutException', '', { code: 'upstream_timeout', message: 'Said in a header' }],
    ['ModelStreamError', '{"Message":"Broken"}', { code: 'upstream_stream_error', message: 'Broken' }],
    ['InternalStreamFailure', '{}', { code: 'upstream_stream_error' }],
    ['validationException', '{"message":"Input is too long"}', { code: 'context_window_exceeded' }],
    ['accessDeniedException', '{"message":"no"}', { code: 'upstream_permission' }],
  ])('reports the exception %s, after what was good', (name, body, expected) => {
    const parser = open();
    expect(() => parser.push(Buffer.concat([part('a'), frame('exception', name, body)]))).toThrow(
      expect.objectContaining({ ...expected, provider: 'bedrock' }),
    );
    expect(parser.beforeFault).toEqual(['a']);
  });

  it('reports an error of the connection', () => {
    expect(() => open().push(frame('error', 'InternalError', ''))).toThrow('Said in a header');
  });

  it('keeps what was good before a fault of the stream within', () => {
    const parser = open();
    expect(() => parser.push(Buffer.concat([part('a'), part('b!')]))).toThrow('inner');
    expect(parser.beforeFault).toEqual(['a', 'b']);
    parser.push(part('c'));
    expect(parser.beforeFault).toEqual([]);
  });

  it('is truncated within a frame', () => {
    const parser = open();
    parser.push(part('abc').subarray(0, 9));
    expect(() => parser.end()).toThrow(expect.objectContaining({ code: 'upstream_stream_truncated' }));
  });
});
