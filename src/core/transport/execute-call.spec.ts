/** One attempt at one provider: every way in which its answer can come, fail to come or be cut off. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { GatewayError } from '../errors/gateway-error.js';
import { madeUpProvider } from '../testing/deployments.js';
import type { FakeUpstream } from '../testing/fake-upstream.js';
import { json, prepare, settle, start, translation, usage } from '../testing/started-call.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a whole answer', () => {
  it('reaches the sink once, with its usage, after the request went out with credentials', async () => {
    const { call, upstream, sink, outcome } = start(false);
    expect(upstream.last.request).toEqual({
      origin: 'https://api.acme.test',
      path: '/v1/chat',
      method: 'POST',
      headers: { accept: 'x', authorization: 'Bearer sk-operator' },
      body: '{}',
    });
    upstream.last.head(200, json).data('hel').data('lo');
    expect([call.begun, sink.given]).toEqual([false, []]);
    upstream.last.end();
    await settle();
    expect([outcome(), sink.given, call.usage, call.begun]).toEqual(['done', ['whole 200 hello'], usage, true]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['GZIP', gzipSync],
  ])('is decompressed from %s', async (encoding, compress) => {
    jest.useRealTimers();
    const { call, upstream, sink } = prepare(false);
    const running = call.run();
    upstream.last
      .head(200, { ...json, 'content-encoding': encoding })
      .data(compress('hello'))
      .end();
    await running;
    expect(sink.given).toEqual(['whole 200 hello']);
  });

  it.each([
    ['a gzip bomb', 'gzip', gzipSync(Buffer.alloc(10_000_000))],
    ['torn gzip', 'gzip', gzipSync('hello').subarray(0, 12)],
    ['what is no gzip', 'gzip', Buffer.from('hello')],
    ['an unknown encoding', 'zstd', Buffer.from('hello')],
    ['stacked encodings', 'gzip, gzip', gzipSync(gzipSync('hello'))],
  ])('that is %s is upstream_invalid_response, and nothing of it is given on', async (_what, encoding, body) => {
    jest.useRealTimers();
    const { call, upstream, sink } = prepare(false, { maxResponseBytes: 100_000 });
    const running = call.run();
    upstream.last
      .head(200, { ...json, 'content-encoding': encoding })
      .data(body)
      .end();
    await expect(running).rejects.toMatchObject({ code: 'upstream_invalid_response', provider: 'acme' });
    expect([sink.given, call.begun]).toEqual([[], false]);
  });

  it('is taken up to the limit to the byte, and refused beyond it while it still comes', async () => {
    const fits = start(false, { maxResponseBytes: 10 });
    fits.upstream.last.head(200, json).data('0123456789').end();
    const over = start(false, { maxResponseBytes: 10 });
    over.upstream.last.head(200, json).data('0123456789').data('x');
    await settle();
    expect([fits.outcome(), over.outcome()]).toEqual(['done', 'upstream_invalid_response']);
    expect(over.upstream.last.aborted).toBeDefined();
    expect(over.sink.given).toEqual([]);
  });

  it('with an error in it is that error, with usage unknown', async () => {
    const { call, upstream, sink, outcome } = start(false);
    upstream.last.head(200, json).data('error: out of cheese').end();
    await settle();
    expect([outcome(), sink.given, call.begun, call.usage]).toEqual(['upstream_internal', [], false, undefined]);
  });

  it('that trips the reader is an internal error without its internals', async () => {
    const { upstream, error } = start(false);
    upstream.last.head(200, json).data('bug').end();
    await settle();
    expect(error().code).toBe('internal');
    expect(error().message).not.toContain('secret');
  });
});

describe('an answer that is none', () => {
  it.each([400, 401, 404, 429, 500, 503])('of status %d goes to the reader of errors', async (status) => {
    for (const streaming of [true, false]) {
      const { upstream, error, sink } = start(streaming);
      upstream.last.head(status, json).data('too ').data('bad').end();
      await settle();
      expect(error()).toMatchObject({ status, message: 'too bad' });
      expect(sink.given).toEqual([]);
    }
  });

  it('of an error status is read up to a bound, and its connection closed', async () => {
    const { upstream, error } = start(false);
    upstream.last.head(500, json);
    for (let sent = 0; sent < 100 && upstream.last.aborted === undefined; sent += 1) {
      upstream.last.data(Buffer.alloc(16 * 1024, 'x'));
    }
    await settle();
    expect(error().message.length).toBeLessThanOrEqual(128 * 1024);
    expect(upstream.last.aborted).toBeDefined();
  });

  it.each([300, 301, 302, 303, 304, 307, 308])(
    'redirects (%d) nobody: that is an error, whatever its body',
    async (status) => {
      for (const streaming of [true, false]) {
        const { upstream, error, sink } = start(streaming);
        upstream.last
          .head(status, { ...json, location: 'http://169.254.169.254/' })
          .data('hello')
          .end();
        await settle();
        expect(error()).toMatchObject({ code: 'upstream_invalid_response', status: 502 });
        expect(error().message).not.toContain('169.254');
        expect([upstream.exchanges.length, sink.given]).toEqual([1, []]);
      }
    },
  );

  it('is a whole body where a stream was asked for: never passed on, its own error told', async () => {
    const whole = start(true);
    whole.upstream.last.head(200, json).data('hello').end();
    const failed = start(true);
    failed.upstream.last.head(200, json).data('error: no').end();
    const untyped = start(true);
    untyped.upstream.last.head(200).data('hello').end();
    await settle();
    expect(whole.error().message).toContain('application/json');
    expect(whole.error().code).toBe('upstream_invalid_response');
    expect(failed.error()).toMatchObject({ code: 'upstream_internal', message: 'error: no' });
    expect(untyped.error().message).toContain('missing');
    expect([...whole.sink.given, ...failed.sink.given, ...untyped.sink.given]).toEqual([]);
  });

  it('is no informational head: the real one follows', async () => {
    const { upstream, outcome, sink } = start(false);
    upstream.last.head(103, { link: 'x' }).head(200, json).data('hello').end();
    await settle();
    expect([outcome(), sink.given]).toEqual(['done', ['whole 200 hello']]);
  });
});

describe('a stream', () => {
  it('is given on part by part, then closed; begun only with the first good part', async () => {
    const { call, upstream, sink, outcome } = start(true);
    upstream.last.eventStream();
    expect([call.headAt, call.begun]).toEqual([0, false]);
    upstream.last.data('\n');
    expect([call.begun, sink.given]).toEqual([false, []]);
    upstream.last.data('a\n');
    expect([call.begun, sink.given]).toEqual([true, ['begin 200', 'a']]);
    upstream.last.data('b\nc\n').data('.\n').end();
    await settle();
    expect([outcome(), sink.given]).toEqual(['done', ['begin 200', 'a', 'bc', '<end>']]);
    expect([call.usage, call.contentEvents, call.received.toString()]).toEqual([usage, 3, '\na\nb\nc\n.\n']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('takes its content type in any case and with parameters', async () => {
    const { upstream, outcome } = start(true);
    upstream.last.head(201, { 'content-type': ' Text/Event-Stream ;charset=utf-8' }).data('a\n.\n').end();
    await settle();
    expect(outcome()).toBe('done');
  });

  it('that is compressed unasked is refused at its head', async () => {
    const { upstream, error, sink } = start(true);
    upstream.last.head(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    await settle();
    expect(error().message).toContain('gzip');
    expect([upstream.last.aborted !== undefined, sink.given]).toEqual([true, []]);
  });

  it('gives on what was good before a fault, once, and then fails', async () => {
    const { call, upstream, sink, outcome } = start(true);
    upstream.last.eventStream().data('a\n').data('b\nc\n!\nd\n').data('e\n');
    await settle();
    expect([outcome(), sink.given]).toEqual(['upstream_stream_error', ['begin 200', 'a', 'bc']]);
    expect([call.usage, upstream.last.aborted !== undefined]).toEqual([undefined, true]);
  });

  it('that fails with its very first event has not begun', async () => {
    const { call, upstream, sink, outcome } = start(true);
    upstream.last.eventStream().data('!\n');
    await settle();
    expect([outcome(), sink.given, call.begun]).toEqual(['upstream_stream_error', [], false]);
  });

  it('that ends before its end marker is truncated, and is not closed towards the client', async () => {
    const { upstream, sink, outcome } = start(true);
    upstream.last.eventStream().data('a\n').end();
    await settle();
    expect([outcome(), sink.given]).toEqual(['upstream_stream_truncated', ['begin 200', 'a']]);
  });

  it('is complete with its end marker, though the provider never ends the response; that connection is closed soon', async () => {
    const { upstream, sink, outcome } = start(true);
    upstream.last.eventStream().data('a\n.\n');
    await settle();
    expect([outcome(), sink.given]).toEqual(['done', ['begin 200', 'a', '<end>']]);
    expect(upstream.last.aborted).toBeUndefined();
    upstream.last.data('spam\n');
    jest.advanceTimersByTime(1_000);
    expect(upstream.last.aborted).toBeDefined();
    expect(sink.given).toHaveLength(3);
  });

  it('whose response ends in time after its end marker leaves the connection to be used again', async () => {
    const { upstream } = start(true);
    upstream.last.eventStream().data('a\n.\n');
    jest.advanceTimersByTime(500);
    upstream.last.end();
    jest.advanceTimersByTime(60_000);
    expect([upstream.last.aborted, jest.getTimerCount()]).toEqual([undefined, 0]);
  });

  it('keeps a bounded amount of what it received', async () => {
    const { call, upstream, sink } = start(true);
    upstream.last.eventStream();
    const piece = `${'x'.repeat(16 * 1024 - 1)}\n`;
    for (let sent = 0; sent < 100; sent += 1) upstream.last.data(piece);
    expect(call.received.length).toBe(256 * 1024);
    expect(sink.given).toHaveLength(101);
  });

  it('is not bound by the limit for whole answers', async () => {
    const { upstream, outcome } = start(true, { maxResponseBytes: 10 });
    upstream.last.eventStream().data('a long line indeed\n').data('.\n').end();
    await settle();
    expect(outcome()).toBe('done');
  });
});

describe('backpressure', () => {
  it('pauses the provider and lets it go on when the client has caught up', async () => {
    const { upstream, sink, outcome } = start(true);
    sink.full = true;
    upstream.last.eventStream().data('a\n').data('b\n').data('.\n').end();
    expect([upstream.last.paused, sink.given]).toEqual([true, ['begin 200', 'a']]);
    sink.drain();
    await settle();
    expect([upstream.last.paused, outcome(), sink.given]).toEqual([false, 'done', ['begin 200', 'a', 'b', '<end>']]);
  });

  it('stops the idle time-out meanwhile and starts it anew afterwards', async () => {
    const { upstream, sink, outcome } = start(true);
    sink.full = true;
    upstream.last.eventStream().data('a\n');
    jest.advanceTimersByTime(30_000);
    await settle();
    expect(outcome()).toBeUndefined();
    sink.drain();
    jest.advanceTimersByTime(4_999);
    await settle();
    expect(outcome()).toBeUndefined();
    jest.advanceTimersByTime(1);
    await settle();
    expect(outcome()).toBe('upstream_timeout');
  });

  it('does not stop the total time-out', async () => {
    const { upstream, sink, outcome } = start(true);
    sink.full = true;
    upstream.last.eventStream().data('a\n');
    jest.advanceTimersByTime(60_000);
    await settle();
    expect(outcome()).toBe('upstream_timeout');
  });

  it('of a client that leaves while it is slow ends the call, and a late drain changes nothing', async () => {
    const { call, upstream, sink, outcome } = start(true);
    sink.full = true;
    upstream.last.eventStream().data('a\n').data('b\n');
    call.abort(new GatewayError('client_closed'));
    sink.drain();
    await settle();
    expect([outcome(), sink.given, jest.getTimerCount()]).toEqual(['client_closed', ['begin 200', 'a'], 0]);
  });

  it('at the end marker does not keep the connection from being used again', async () => {
    const { upstream, sink, outcome } = start(true);
    sink.full = true;
    upstream.last.eventStream().data('a\n.\n').end();
    await settle();
    expect(outcome()).toBe('done');
    sink.drain();
    jest.advanceTimersByTime(5_000);
    expect([upstream.last.over, upstream.last.aborted]).toEqual([true, undefined]);
  });
});

describe('time-outs', () => {
  it.each([
    ['no head', false, () => undefined],
    ['a head and no body', false, (up: FakeUpstream) => up.last.head(200, json)],
    ['a dripping body', false, (up: FakeUpstream) => up.last.head(200, json).data('a')],
    ['a dripping stream', true, (up: FakeUpstream) => up.last.eventStream().data('a\n')],
  ])('bound the whole call: %s', async (_what, streaming, play) => {
    const { upstream, outcome, error } = start(streaming, { idleTimeoutMs: undefined, totalTimeoutMs: 1_000 });
    play(upstream);
    jest.advanceTimersByTime(999);
    await settle();
    expect(outcome()).toBeUndefined();
    jest.advanceTimersByTime(1);
    await settle();
    expect(error()).toMatchObject({ code: 'upstream_timeout', status: 408, provider: 'acme' });
    expect(error().message).toContain('1000 ms');
    expect([upstream.last.aborted !== undefined, jest.getTimerCount()]).toEqual([true, 0]);
  });

  it('count silence from the last byte, not from the first', async () => {
    const { upstream, outcome, sink } = start(true);
    jest.advanceTimersByTime(4_000);
    upstream.last.eventStream();
    jest.advanceTimersByTime(4_000);
    upstream.last.data('a\n');
    jest.advanceTimersByTime(4_999);
    await settle();
    expect(outcome()).toBeUndefined();
    jest.advanceTimersByTime(1);
    await settle();
    expect([outcome(), sink.given]).toEqual(['upstream_timeout', ['begin 200', 'a']]);
  });

  it('that are not set let a call wait', async () => {
    const { outcome } = start(true, { idleTimeoutMs: undefined, totalTimeoutMs: undefined });
    jest.advanceTimersByTime(3_600_000);
    await settle();
    expect(outcome()).toBeUndefined();
  });

  it('hold while a signature is made, and then nothing is sent', async () => {
    let sign: (() => void) | undefined;
    const authenticate = () =>
      new Promise<typeof translation.request>((resolve) => (sign = () => resolve(translation.request)));
    const provider = madeUpProvider({ authenticate });
    const { upstream, outcome } = start(false, {}, { provider });
    jest.advanceTimersByTime(60_000);
    sign?.();
    await settle();
    expect([outcome(), upstream.exchanges]).toEqual(['upstream_timeout', []]);
  });
});

describe('abort', () => {
  const left = new GatewayError('client_closed');

  it('before the run sends nothing: the run fails at once', async () => {
    const { call, upstream } = prepare(false);
    call.abort(left);
    await expect(call.run()).rejects.toBe(left);
    expect([upstream.exchanges, jest.getTimerCount()]).toEqual([[], 0]);
  });

  it('while a signature is made sends nothing', async () => {
    const authenticate = async () => translation.request;
    const { call, upstream, outcome } = start(false, {}, { provider: madeUpProvider({ authenticate }) });
    call.abort(left);
    await settle();
    expect([outcome(), upstream.exchanges]).toEqual(['client_closed', []]);
  });

  it.each([
    ['before the head', () => undefined],
    ['within a whole body', (up: FakeUpstream) => up.last.head(200, json).data('a')],
    ['within an error body', (up: FakeUpstream) => up.last.head(500, json).data('a')],
    ['within a stream', (up: FakeUpstream) => up.last.eventStream().data('a\n')],
  ])('%s closes the connection with its own reason, and nothing more is given on', async (_when, play) => {
    const { call, upstream, sink, outcome, error } = start(true);
    play(upstream);
    const given = [...sink.given];
    call.abort(left);
    upstream.last.data('b\n').end();
    await settle();
    expect([outcome(), error(), upstream.last.aborted]).toEqual(['client_closed', left, left]);
    expect([sink.given, jest.getTimerCount()]).toEqual([given, 0]);
  });

  it('from within the sink stops that very stream', async () => {
    const { call, upstream, sink, outcome } = start(true);
    sink.onPart = () => call.abort(left);
    upstream.last.eventStream().data('a\n.\n').data('b\n');
    await settle();
    expect([outcome(), sink.given]).toEqual(['client_closed', ['begin 200', 'a']]);
  });

  it('after the end changes nothing', async () => {
    const { call, upstream, outcome } = start(false);
    upstream.last.head(200, json).data('hello').end();
    await settle();
    call.abort(left);
    await settle();
    expect([outcome(), upstream.last.aborted]).toEqual(['done', undefined]);
  });

  it('of a request that waits for a connection is told to undici as soon as it can be', async () => {
    const { call, upstream } = prepare(false);
    let begin: (() => void) | undefined;
    const dispatch = upstream.dispatcher.dispatch.bind(upstream.dispatcher);
    upstream.dispatcher.dispatch = (options, handler) => {
      begin = () => dispatch(options, handler);
      return true;
    };
    const running = call.run();
    call.abort(left);
    await expect(running).rejects.toBe(left);
    begin?.();
    expect(upstream.last.aborted).toBeDefined();
  });
});

describe('connections that fail', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

  it.each([
    ['before the head', () => undefined, 'upstream_unreachable'],
    ['after the head', (up: FakeUpstream) => up.last.head(200, json), 'upstream_connection_lost'],
    ['within the body', (up: FakeUpstream) => up.last.head(200, json).data('x'), 'upstream_connection_lost'],
  ])('%s are a typed error', async (_when, play, code) => {
    const { upstream, outcome, sink } = start(false);
    play(upstream);
    upstream.last.error(reset);
    await settle();
    expect([outcome(), sink.given, jest.getTimerCount()]).toEqual([code, [], 0]);
  });

  it('within a stream leave what was given on, and invent no end', async () => {
    const { upstream, outcome, sink } = start(true);
    upstream.last.eventStream().data('a\n').error(reset);
    await settle();
    expect([outcome(), sink.given]).toEqual(['upstream_connection_lost', ['begin 200', 'a']]);
  });

  it('after an error status do not hide that status', async () => {
    const { upstream, error } = start(false);
    upstream.last.head(400, json).data('bad request').error(reset);
    await settle();
    expect(error()).toMatchObject({ code: 'upstream_bad_request', status: 400, retryable: false });
  });

  it.each([
    ['signing', new TypeError('no key')],
    ['signing with a refusal', new GatewayError('upstream_authentication')],
  ])('already in %s are a typed error, thrown or rejected', async (_what, thrown) => {
    const code = thrown instanceof GatewayError ? thrown.code : 'internal';
    const throwing = start(false, {}, { provider: madeUpProvider({ authenticate: () => { throw thrown; } }) }); // prettier-ignore
    const rejecting = start(false, {}, { provider: madeUpProvider({ authenticate: () => Promise.reject(thrown) }) });
    await settle();
    expect([throwing.outcome(), rejecting.outcome(), jest.getTimerCount()]).toEqual([code, code, 0]);
  });

  it('already in dispatching are a typed error', async () => {
    const { call, upstream } = prepare(false);
    upstream.dispatcher.dispatch = () => {
      throw new TypeError('invalid header');
    };
    await expect(call.run()).rejects.toMatchObject({ code: 'internal' });
    expect(jest.getTimerCount()).toBe(0);
  });
});
