import { GatewayError } from '../../errors/gateway-error.js';
import { OpenAiStreamTap } from './native-stream-tap.js';
import { groqStreamUsage } from './quirks/groq-stream-usage.js';
import { reasoningField } from './quirks/reasoning-field.js';

const chunk = (delta: object, finish: string | null = null, rest: object = {}): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...rest,
});
const event = (data: unknown): string => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const usageOnly = { ...chunk({}), choices: [], usage };

const opening = event(chunk({ role: 'assistant', content: '' }));
const words = ['Hello', ' 🦜', ' "you"\n', ' \u0007'].map((content) => event(chunk({ content })));
const closing = event(chunk({}, 'stop'));
const done = event('[DONE]');
const plainStream = [opening, ...words, closing, done].join('');

const open = (keepsUsage = false, quirks = [] as ConstructorParameters<typeof OpenAiStreamTap>[1]): OpenAiStreamTap =>
  new OpenAiStreamTap('acme', quirks, keepsUsage);

/** All that is forwarded of `pieces`, the end included. */
function run(tap: OpenAiStreamTap, ...pieces: (string | Buffer)[]): string {
  const given = pieces.map((piece) => tap.push(Buffer.from(piece))?.toString() ?? '');
  return given.join('') + (tap.end()?.toString() ?? '');
}

/** The fault of running `pieces`, and what was forwarded before it. */
function fail(tap: OpenAiStreamTap, ...pieces: string[]): { error: GatewayError; before: string } {
  let before = '';
  try {
    for (const piece of pieces) before += tap.push(Buffer.from(piece))?.toString() ?? '';
    tap.end();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { error, before: before + (tap.beforeFault?.toString() ?? '') };
  }
  throw new Error('The stream did not fail.');
}

describe('OpenAiStreamTap', () => {
  it('forwards whole events in the very buffer that they came in', () => {
    const tap = open();
    for (const piece of [opening, words.join(''), closing + done]) {
      const bytes = Buffer.from(piece);
      expect(tap.push(bytes)).toBe(bytes);
    }
    expect(tap.end()).toBeUndefined();
    expect(tap).toMatchObject({ finished: true, contentEvents: 4 });
  });

  it('holds an incomplete event back until it is whole', () => {
    const tap = open();
    const bytes = Buffer.from(words.join(''));
    expect(tap.push(bytes.subarray(0, 10))).toBeUndefined();
    expect(tap.push(bytes.subarray(10, bytes.length - 1))?.toString()).toBe(words.slice(0, 3).join(''));
    expect(tap.push(bytes.subarray(bytes.length - 1))?.toString()).toBe(words[3]);
  });

  it('takes the usage chunk out for a client that did not ask, and reads it in any case', () => {
    const text = plainStream.replace(done, event(usageOnly) + done);
    for (const keeps of [true, false]) {
      const tap = open(keeps);
      expect(run(tap, text)).toBe(keeps ? text : plainStream);
      expect(tap.usage).toEqual({ promptTokens: 3, completionTokens: 2 });
    }
  });

  it('leaves a first chunk without choices and without usage alone', () => {
    const filters = event({ ...chunk({}), choices: [], prompt_filter_results: [], usage: null });
    expect(run(open(), filters + plainStream)).toBe(filters + plainStream);
  });

  it('reads usage that comes with the last content', () => {
    const tap = open();
    expect(run(tap, opening, event(chunk({ content: '!' }, 'stop', { usage })), done)).toContain('"usage"');
    expect(tap.usage).toEqual({ promptTokens: 3, completionTokens: 2 });
  });

  it('reads usage from where a quirk finds it', () => {
    const tap = open(false, [groqStreamUsage]);
    run(tap, opening, event(chunk({}, 'stop', { x_groq: { id: 'r', usage } })), done);
    expect(tap.usage).toEqual({ promptTokens: 3, completionTokens: 2 });
  });

  it('writes an event anew only where a quirk changes it', () => {
    const thought = event(chunk({ reasoning: 'Hm 🦜' }));
    const tap = open(false, [reasoningField]);
    expect(run(tap, opening + thought + words[0] + closing + done)).toBe(
      opening + event(chunk({ reasoning_content: 'Hm 🦜' })) + words[0] + closing + done,
    );
    expect(tap.contentEvents).toBe(2);
  });

  it.each([
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['CR', (text: string) => text.replaceAll('\n', '\r')],
  ])('understands streams with %s line ends, cut anywhere', (_name, convert) => {
    const bytes = Buffer.from(convert(plainStream));
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(run(open(), bytes.subarray(0, at), bytes.subarray(at))).toBe(plainStream);
    }
    expect(run(open(), ...[...bytes].map((byte) => Buffer.from([byte])))).toBe(plainStream);
  });

  it('forwards comments, event names, ids and data without a space', () => {
    const text = `: keep-alive\n\nevent: message\nid: 1\n${opening}data:${closing.slice(6)}retry: 5\n\n\n\n${done}`;
    const tap = open();
    expect(run(tap, text)).toBe(text);
    expect(tap.finished).toBe(true);
  });

  it('joins data of several lines into one', () => {
    const spread = `data: ${JSON.stringify(chunk({ content: 'a' }), null, 1).replaceAll('\n', '\ndata: ')}\n\n`;
    expect(run(open(), opening + spread + closing + done)).toBe(
      opening + event(chunk({ content: 'a' })) + closing + done,
    );
  });

  it('adds the end marker where the provider stopped after its finish reason', () => {
    expect(run(open(), opening, words.join(''), closing)).toBe(plainStream);
    expect(run(open(), opening, words.join(''), closing.trimEnd())).toBe(plainStream);
  });

  it('stays complete when an empty delta with the usage follows the finish', () => {
    const tap = open();
    const text = opening + closing + event(chunk({ content: '' }, null, { usage }));
    expect(run(tap, text)).toBe(text + done);
    expect(tap.usage).toEqual({ promptTokens: 3, completionTokens: 2 });
  });

  it('forwards nothing after the end marker', () => {
    const tap = open();
    expect(run(tap, plainStream + words.join(''), words.join(''))).toBe(plainStream);
    expect(tap.contentEvents).toBe(4);
  });

  it.each([
    ['no bytes at all', []],
    ['a stream without a finish', [opening, words.join('')]],
    ['a stream torn within an event', [opening, words.join(''), closing.slice(0, 30)]],
    ['one of two choices unfinished', [event({ ...chunk({}), choices: [{ index: 1, delta: {} }] }), opening, closing]],
  ])('calls %s truncated', (_name, pieces) => {
    expect(fail(open(), ...pieces).error.code).toBe('upstream_stream_truncated');
  });

  it.each([
    ['an HTML page', ['<html><body>Bad\n\nGateway</body></html>']],
    ['an HTML page without a blank line', ['<html></html>']],
    ['binary', ['\u0000\u0001\u0002\n\n']],
    ['data that is not JSON', [opening + 'data: oops\n\n']],
    ['half a chunk as an event', [opening, words[0]?.slice(0, 40) + '\n\n']],
    ['JSON that is no object', [opening, event('7')]],
    ['an object that is no chunk', [opening, event({ type: 'ping' })]],
  ])('calls %s an invalid answer', (_name, pieces) => {
    expect(fail(open(), ...pieces).error.code).toBe('upstream_invalid_response');
  });

  it('reports an error event with its own code, after the events that were good', () => {
    const fault = event({ error: { message: 'Overloaded, key sk-abcdef0123456789', type: 'overloaded_error' } });
    const { error, before } = fail(open(), opening, words[0] + fault + words[1]);
    expect(error).toMatchObject({
      code: 'upstream_overloaded',
      status: 503,
      message: 'Overloaded, key [key]',
      provider: 'acme',
    });
    expect(before).toBe(opening + words[0]);
  });

  it('reports a choice that ended in an error', () => {
    expect(fail(open(), opening, event(chunk({ content: '' }, 'error'))).error.code).toBe('upstream_stream_error');
  });

  it('reports an error that came as one JSON body instead of a stream', () => {
    const { error } = fail(open(), '{"error":{"message":"quota","code":"insufficient_quota"}}');
    expect(error).toMatchObject({ code: 'upstream_rate_limited', status: 429, message: 'quota' });
  });

  it('does not look for errors in what the model says', () => {
    const text =
      opening + event(chunk({ content: '{"error":{"message":"no"}} data: [DONE] "usage":{}' })) + closing + done;
    expect(run(open(), text)).toBe(text);
  });

  it('refuses an event above 1 MiB, whole or still growing', () => {
    const long = event(chunk({ content: 'x'.repeat(1024 * 1024) }));
    expect(fail(open(), long).error.code).toBe('upstream_invalid_response');
    const { error, before } = fail(open(), opening + long.slice(0, 600_000), long.slice(0, 600_000));
    expect(error.code).toBe('upstream_invalid_response');
    expect(before).toBe(opening);
  });

  it('refuses an event above 1 MiB however its bytes come, also one that is like those before it', () => {
    const good = opening + words.slice(0, 2).join('');
    const long = event(chunk({ content: 'x'.repeat(1024 * 1024) }));
    // No piece takes what is held above the limit: the event is above it only when it is whole.
    for (const pieces of [[good + long], [good, long], [good + long.slice(0, -20_000), long.slice(-20_000)]]) {
      const { error, before } = fail(open(), ...pieces, closing, done);
      expect(error.code).toBe('upstream_invalid_response');
      expect(before).toBe(good);
    }
  });

  it('gives out what was good before the beginning of an event that is above 1 MiB already', () => {
    const { error, before } = fail(open(), opening + words[0] + `data: "${'x'.repeat(1024 * 1024)}`);
    expect(error.code).toBe('upstream_invalid_response');
    expect(before).toBe(opening + words[0]);
  });

  it('takes an event just below 1 MiB that comes in small pieces', () => {
    const long = event(chunk({ content: 'x'.repeat(1_000_000) }));
    const pieces = Array.from({ length: Math.ceil(long.length / 1000) }, (_, index) =>
      long.slice(index * 1000, (index + 1) * 1000),
    );
    expect(run(open(), opening, ...pieces, closing, done)).toBe(opening + long + closing + done);
  });
});
