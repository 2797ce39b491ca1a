/** Which bodies are taken: JSON in UTF-8 without a coding, by the headers alone, and without reading a byte. */
import { Readable } from 'node:stream';
import fastify, { type FastifyInstance } from 'fastify';
import { GatewayError } from '../core/errors/gateway-error.js';
import { acceptBodies } from './body-parsing.js';

let app: FastifyInstance;

beforeAll(async () => {
  app = fastify();
  acceptBodies(app);
  app.setErrorHandler((error, _request, reply) => {
    const { status = 500, code = 'none', message } = error as Partial<GatewayError>;
    const known = error instanceof GatewayError ? status : ((error as { statusCode?: number }).statusCode ?? 500);
    return reply.status(known).send({ code, message });
  });
  app.post('/', (request) => ({ isStream: request.body instanceof Readable, isNothing: request.body == null }));
  await app.ready();
});
afterAll(() => app.close());

const post = (headers: Record<string, string>, payload: string | Buffer = '{"a":1}') =>
  app.inject({ method: 'POST', url: '/', headers, payload });

it.each([
  'application/json',
  'Application/JSON',
  'application/json;charset=utf-8',
  'application/json; charset=utf-8',
  'application/json; charset=UTF-8',
  'application/json ; charset="utf-8"',
  'application/json; charset=utf8',
  'application/json;',
  'application/problem+json',
  'application/vnd.api+json',
  'application/vnd.api+json; charset=utf-8',
])('takes %s, and leaves its body unread', async (contentType) => {
  const response = await post({ 'content-type': contentType });
  expect([response.statusCode, response.json()]).toEqual([200, { isStream: true, isNothing: false }]);
});

it.each([
  'text/plain',
  'text/json',
  'text/html; application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/octet-stream',
  'application/jsonp',
  'application/json5',
  'application/ndjson',
  'application/x-json',
  'application/json-patch',
  'application/+json',
  'xapplication/json',
  'application/json/x',
  'application/jsonx',
  'application /json',
  'application/ json',
  'application/json, text/plain',
  'application/json text/plain',
  'application/json; charset=latin1',
  'application/json; charset=utf-16',
  'application/json; charset=utf-7',
  'application/json; charset=utf-8; charset=utf-16',
  'application/json; boundary=x',
  'application/json; charset',
  'json',
  '*/*',
  'application/*',
  ';',
  'a',
])('refuses %j', async (contentType) => {
  const response = await post({ 'content-type': contentType });
  expect(response.statusCode).toBe(415);
});

it('names the type that it refuses, printably and within bounds', async () => {
  const response = await post({ 'content-type': `text/x-${'y'.repeat(500)}` });
  const { code, message } = response.json<{ code: string; message: string }>();
  expect(code).toBe('unsupported_media_type');
  expect(message).toContain('text/x-yyy');
  expect(message.length).toBeLessThan(250);
});

it('refuses a body without a type', async () => {
  const response = await app.inject({
    method: 'POST',
    url: '/',
    headers: { 'transfer-encoding': 'chunked' },
    payload: Readable.from(['{}']),
  });
  expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([415, 'unsupported_media_type']);
});

it('needs no type where there is no body', async () => {
  const response = await app.inject({ method: 'POST', url: '/' });
  expect([response.statusCode, response.json()]).toEqual([200, { isStream: false, isNothing: true }]);
});

it.each(['gzip', 'deflate', 'br', 'zstd', 'x-gzip', 'compress', 'gzip, identity', 'identity, identity', 'GZIP', ''])(
  'refuses the content encoding %j',
  async (encoding) => {
    const response = await post({ 'content-type': 'application/json', 'content-encoding': encoding });
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([415, 'unsupported_encoding']);
  },
);

it('takes the encoding identity', async () => {
  expect((await post({ 'content-type': 'application/json', 'content-encoding': 'identity' })).statusCode).toBe(200);
});
