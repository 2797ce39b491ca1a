/** What a request asks of the gateway: read from headers and members, checked, and kept from the provider. */
import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { ChatCompletionRequest } from '../core/schema/openai/chat.js';
import { readRequestSettings, type RequestSettings } from './request-settings.js';

const bodyOf = (given: object = {}): ChatCompletionRequest => ({ model: 'm', messages: [], ...given });
const read = (given: object, headers: IncomingHttpHeaders = {}): RequestSettings =>
  readRequestSettings(bodyOf(given), headers);

function refusedParam(given: object, headers: IncomingHttpHeaders = {}): string | undefined {
  try {
    read(given, headers);
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'invalid_request') return error.param;
    throw error;
  }
  return undefined;
}

it('leaves a body without such members as it is, the very same object', () => {
  const body = bodyOf({ temperature: 1, user: 'u' });
  expect(readRequestSettings(body, {})).toEqual({
    timeoutMs: undefined,
    streamTimeoutMs: undefined,
    maxRetries: undefined,
    tags: [],
    endUser: 'u',
    sessionId: undefined,
    given: body,
    body,
  });
  expect(readRequestSettings(body, {}).body).toBe(body);
});

it('reads headers before members', () => {
  const members = { timeout: 1, stream_timeout: 2, num_retries: 3, litellm_session_id: 'm', user: 'm' };
  expect(read(members)).toMatchObject({
    timeoutMs: 1_000,
    streamTimeoutMs: 2_000,
    maxRetries: 3,
    sessionId: 'm',
    endUser: 'm',
  });
  const headers = { 'x-litellm-timeout': '0.5', 'x-litellm-stream-timeout': '7', 'x-litellm-num-retries': '0', 'x-litellm-session-id': 'h', 'x-litellm-end-user-id': 'h' }; // prettier-ignore
  expect(read(members, headers)).toMatchObject({
    timeoutMs: 500,
    streamTimeoutMs: 7_000,
    maxRetries: 0,
    sessionId: 'h',
    endUser: 'h',
  });
});

it('keeps from the provider what was meant for the gateway', () => {
  const members = { timeout: 1, stream_timeout: 1, num_retries: 1, max_retries: 1, tags: ['a'], metadata: {}, litellm_metadata: {}, litellm_session_id: 's', litellm_trace_id: 't', litellm_call_id: 'c' }; // prettier-ignore
  const body = bodyOf({ ...members, temperature: 1, user: 'u' });
  expect(readRequestSettings(body, {}).body).toEqual(bodyOf({ temperature: 1, user: 'u' }));
  expect(body).toHaveProperty('timeout');
});

it('leaves metadata to a provider that is to store the completion', () => {
  expect(read({ metadata: { a: 'b' }, store: true }).body).toHaveProperty('metadata');
  expect(read({ metadata: { a: 'b' }, store: false }).body).not.toHaveProperty('metadata');
});

it.each(['0', '-1', 'soon', '', 'NaN', 'Infinity', '2000001', '1, 2', '0x10', '1e9', ' '])(
  'refuses the time-out %j',
  (value) => {
    expect(refusedParam({}, { 'x-litellm-timeout': value })).toBe('x-litellm-timeout');
    expect(refusedParam({ timeout: value })).toBe('timeout');
    expect(refusedParam({ stream_timeout: value })).toBe('stream_timeout');
  },
);

it.each([[true], [[5]], [{}], [-1], [0]])('refuses the time-out %j as a member', (timeout) => {
  expect(refusedParam({ timeout })).toBe('timeout');
});

it.each(['-1', '1.5', '11', 'many', '', '1, 2'])('refuses %j retries', (value) => {
  expect(refusedParam({}, { 'x-litellm-num-retries': value })).toBe('x-litellm-num-retries');
  expect(refusedParam({ num_retries: value })).toBe('num_retries');
});

it.each([[true], [false], [[]], [[3]], [{}]])('refuses %j retries as a member', (num_retries) => {
  expect(refusedParam({ num_retries })).toBe('num_retries');
});

it('takes the members of guardrails and the cache for the gateway’s own', () => {
  const { body, given } = read({ guardrails: ['x'], cache: { ttl: 1 } });
  expect([body['guardrails'], body['cache'], given['cache']]).toEqual([undefined, undefined, { ttl: 1 }]);
});

it('collects tags of header and body, trimmed, texts only, and not without end', () => {
  const headers = { 'x-litellm-tags': ' a, b ,,c' };
  expect(read({ tags: ['d', 7, ''], metadata: { tags: ['e'] } }, headers).tags).toEqual(['a', 'b', 'c', 'd']);
  expect(read({ metadata: { tags: ['e'] } }).tags).toEqual(['e']);
  expect(read({ tags: Array(1_000).fill('t') }).tags).toHaveLength(100);
  expect(read({ tags: 'not a list', metadata: 'not an object' }).tags).toEqual([]);
});

it('bounds what goes into the ledger', () => {
  const long = 'x'.repeat(10_000);
  const settings = read({ user: long, litellm_session_id: long, tags: [long] });
  expect([settings.endUser, settings.sessionId, ...settings.tags].map((text) => (text ?? '').length <= 256)).toEqual([true, true, true]); // prettier-ignore
  expect(read({ user: 7, litellm_session_id: {} })).toMatchObject({ endUser: undefined, sessionId: undefined });
});
