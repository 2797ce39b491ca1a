/** Answers that come later or lie elsewhere, and credentials that must be exchanged first. */
import { GatewayError } from '../errors/gateway-error.js';
import type { Credentials, OutboundRequest } from '../spec/outbound.js';
import { errorReader, madeUpProvider } from '../testing/deployments.js';
import { FakeUpstream } from '../testing/fake-upstream.js';
import { json, settle, start } from '../testing/started-call.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const paths = (exchanges: readonly { request: { method: string; path: string } }[]): string[] =>
  exchanges.map(({ request }) => `${request.method} ${request.path}`);

describe('an answer that comes later', () => {
  it('is asked for again after the time that the provider named, signed each time', async () => {
    const { upstream, outcome, sink } = start(false);
    upstream.last.head(201, json).data('later 500 /answers/1').end();
    jest.advanceTimersByTime(499);
    expect(paths(upstream.exchanges)).toEqual(['POST /v1/chat']);
    jest.advanceTimersByTime(1);
    upstream.last.head(200, json).data('later 500 /answers/1').end();
    jest.advanceTimersByTime(500);
    upstream.last.head(200, json).data('hello').end();
    await settle();
    expect([outcome(), sink.given]).toEqual(['done', ['whole 200 hello']]);
    expect(paths(upstream.exchanges)).toEqual(['POST /v1/chat', 'GET /answers/1', 'GET /answers/1']);
    expect(upstream.exchanges.map(({ request }) => request.headers['authorization'])).toEqual(
      Array.from({ length: 3 }, () => 'Bearer sk-operator'),
    );
    expect(jest.getTimerCount()).toBe(0);
  });

  it('may lie at another address, which is asked without credentials and behind the strict policy', async () => {
    const elsewhere = new FakeUpstream();
    const asked: string[] = [];
    const dispatcherTo = (origin: string, egress: string) => {
      asked.push(`${origin} ${egress}`);
      return elsewhere.dispatcher;
    };
    const { upstream, outcome, sink } = start(true, { dispatcherTo });
    upstream.last.head(201, json).data('later 0 https://stream.acme.test/files/1').end();
    jest.advanceTimersByTime(0);
    elsewhere.last.eventStream().data('one\n.\n').end();
    await settle();
    expect([outcome(), sink.given]).toEqual(['done', ['begin 200', 'one', '<end>']]);
    expect(asked).toEqual(['https://stream.acme.test restricted']);
    expect(elsewhere.last.request.headers).not.toHaveProperty('authorization');
  });

  it('leads a streamed call to its stream', async () => {
    const { upstream, outcome, sink } = start(true);
    upstream.last.head(201, json).data('later 0 /stream').end();
    jest.advanceTimersByTime(0);
    upstream.last.eventStream().data('one\n.\n').end();
    await settle();
    expect([outcome(), sink.given]).toEqual(['done', ['begin 200', 'one', '<end>']]);
    expect(paths(upstream.exchanges)).toEqual(['POST /v1/chat', 'GET /stream']);
  });

  it('is not waited for beyond the deadline', async () => {
    const { upstream, outcome } = start(false, { totalTimeoutMs: 1_000 });
    upstream.last.head(201, json).data('later 5000 /answers/1').end();
    jest.advanceTimersByTime(1_000);
    await settle();
    expect(outcome()).toBe('upstream_timeout');
    jest.advanceTimersByTime(10_000);
    expect(upstream.exchanges).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is not asked for any more once the call was aborted', async () => {
    const { call, upstream, outcome } = start(false);
    upstream.last.head(201, json).data('later 500 /answers/1').end();
    call.abort(new GatewayError('client_closed'));
    await settle();
    jest.advanceTimersByTime(10_000);
    expect([outcome(), upstream.exchanges.length, jest.getTimerCount()]).toEqual(['client_closed', 1, 0]);
  });

  it('may end in an error like any other', async () => {
    const { upstream, error } = start(false);
    upstream.last.head(201, json).data('later 0 /answers/1').end();
    jest.advanceTimersByTime(0);
    upstream.last.head(429, json).data('slower').end();
    await settle();
    expect(error()).toMatchObject({ code: 'upstream_rate_limited', message: 'slower' });
  });
});

describe('credentials that are exchanged', () => {
  const authenticate = (request: OutboundRequest, { token }: Credentials): OutboundRequest => ({
    ...request,
    headers: { ...request.headers, authorization: `Bearer ${token}` },
  });
  const provider = madeUpProvider({ chat: errorReader(), credentialExchange: () => undefined, authenticate });

  it('sign the request once they are there', async () => {
    const exchanged = Promise.withResolvers<Credentials>();
    const credentials = { current: () => exchanged.promise, forget: jest.fn() };
    const { upstream, outcome } = start(false, { credentials }, { provider });
    await settle();
    expect(upstream.exchanges).toHaveLength(0);
    exchanged.resolve({ token: 'short-lived' });
    await settle();
    expect(upstream.last.request.headers['authorization']).toBe('Bearer short-lived');
    upstream.last.head(200, json).data('hello').end();
    await settle();
    expect([outcome(), credentials.forget.mock.calls.length]).toEqual(['done', 0]);
  });

  it.each([
    [401, 'no', 1],
    [403, 'expired token', 1],
    [403, 'not yours', 0],
  ])('are forgotten once the provider refuses them: by %d, %s', async (status, said, times) => {
    const credentials = { current: () => ({ token: 'revoked' }), forget: jest.fn() };
    const { upstream } = start(false, { credentials }, { provider });
    upstream.last.head(status, json).data(said).end();
    await settle();
    expect(credentials.forget).toHaveBeenCalledTimes(times);
  });

  it('fail the call where they cannot be had, before anything was sent', async () => {
    const refused = new GatewayError('upstream_authentication', { message: 'no such role' });
    const credentials = { current: () => Promise.reject(refused), forget: jest.fn() };
    const { upstream, error } = start(false, { credentials }, { provider });
    await settle();
    expect([error(), upstream.exchanges.length]).toEqual([refused, 0]);
  });
});
