/** Whatever is thrown leaves as one envelope, and nothing inner with it. */
import { Logger, NotFoundException, type ArgumentsHost } from '@nestjs/common';
import { GatewayError } from '../core/errors/gateway-error.js';
import { ErrorFilter } from './error.filter.js';

interface Answer {
  status: number | undefined;
  headers: Record<string, string>;
  body: { error: { message: string; type: string; code: string; param: string | null } } | undefined;
}

interface Given {
  readonly url?: string;
  readonly headersSent?: boolean;
  readonly destroyed?: boolean;
}

let logged: string[];
beforeEach(() => {
  logged = [];
  jest.spyOn(Logger.prototype, 'error').mockImplementation((message: unknown) => void logged.push(String(message)));
});
afterEach(() => jest.restoreAllMocks());

function caught(thrown: unknown, given: Given = {}): Answer {
  const answer: Answer = { status: undefined, headers: {}, body: undefined };
  const reply = {
    raw: { headersSent: given.headersSent ?? false, destroyed: given.destroyed ?? false },
    header: (name: string, value: string) => ((answer.headers[name] = value), reply),
    status: (status: number) => ((answer.status = status), reply),
    send: (body: string) => ((answer.body = JSON.parse(body) as NonNullable<Answer['body']>), reply),
  };
  const request = { method: 'GET', url: given.url ?? '/x', routeOptions: { url: '/x' }, raw: { complete: true, headers: {} } }; // prettier-ignore
  const http = { getRequest: () => request, getResponse: () => reply };
  new ErrorFilter().catch(thrown, { switchToHttp: () => http } as unknown as ArgumentsHost);
  return answer;
}

it('writes a GatewayError as it stands, as JSON', () => {
  const { status, headers, body } = caught(
    new GatewayError('invalid_request', { param: 'model', facts: { reason: 'No.' } }),
  );
  expect([status, headers['content-type']]).toEqual([400, 'application/json; charset=utf-8']);
  expect(body).toEqual({ error: { message: 'No.', type: 'invalid_request_error', param: 'model', code: '400' } });
  expect(logged).toEqual([]);
});

it.each([
  ['an error', new TypeError('secret at /srv/app')],
  ['text', 'secret'],
  ['nothing', undefined],
  ['null', null],
  ['an object with a foolish status', { statusCode: 'secret' }],
  ['a failed response', { statusCode: 302, message: 'secret' }],
])('makes %s a 500 without its internals, which go to the log', (_what, thrown) => {
  const { status, body } = caught(thrown);
  expect([status, body?.error.type]).toEqual([500, 'internal_server_error']);
  expect(JSON.stringify(body)).not.toContain('secret');
  expect(logged).toHaveLength(1);
});

it('logs the chain of causes of a server error', () => {
  const inner = new Error('disk full');
  caught(new GatewayError('internal', { detail: 'writing failed', cause: new Error('outer', { cause: inner }) }));
  expect(logged[0]).toMatch(/^internal on \/x: writing failed; caused by .*outer[^]*caused by [^]*disk full/);
});

it.each([
  [new NotFoundException(), 404, 'not_found_error'],
  [{ statusCode: 404 }, 404, 'not_found_error'],
  [{ statusCode: 413 }, 413, 'invalid_request_error'],
  [{ statusCode: 415 }, 415, 'invalid_request_error'],
  [{ statusCode: 400, message: 'secret' }, 400, 'invalid_request_error'],
  [{ statusCode: 431 }, 431, 'invalid_request_error'],
])('gives the framework’s refusals the envelope: %j', (thrown, status, type) => {
  const answer = caught(thrown);
  expect([answer.status, answer.body?.error.type, answer.body?.error.code]).toEqual([status, type, String(status)]);
  expect(JSON.stringify(answer.body)).not.toMatch(/secret|\{\w+\}/);
});

it('tells a path without its query, printable and bounded', () => {
  const message = (url: string): string => caught(new NotFoundException(), { url }).body?.error.message ?? '';
  expect(message('/v2/x?key=sk-secret')).toContain('GET /v2/x ');
  expect(message('/v2/x?key=sk-secret')).not.toContain('secret');
  expect(message('/\u0007\u00e9')).toContain('/??');
  expect(message(`/${'a'.repeat(5_000)}`).length).toBeLessThan(400);
});

it('rounds retry-after up to whole seconds', () => {
  expect(caught(new GatewayError('database_unavailable', { retryAfterMs: 1_001 })).headers['retry-after']).toBe('2');
  expect(caught(new GatewayError('database_unavailable')).headers).not.toHaveProperty('retry-after');
});

it.each([{ headersSent: true }, { destroyed: true }])('writes nothing where nothing can be written: %j', (given) => {
  expect(caught(new GatewayError('internal'), given)).toEqual({ status: undefined, headers: {}, body: undefined });
});
