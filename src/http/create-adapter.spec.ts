/** The adapter as it is built: every refusal on the way to a route is in the envelope, and a route has one spelling only. */
import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { z } from 'zod';
import { createAdapter } from './create-adapter.js';
import { ErrorFilter } from './error.filter.js';
import { JsonBody } from './json-body.js';

@Controller()
class Routes {
  @Get('admin')
  admin(): string {
    return 'reached';
  }

  @Post('echo')
  echo(@JsonBody(z.looseObject({ name: z.string().optional() })) body: object): object {
    return body;
  }
}

@Module({ controllers: [Routes] })
class RoutesModule {}

let app: NestFastifyApplication;
beforeAll(async () => {
  app = await NestFactory.create<NestFastifyApplication>(RoutesModule, createAdapter(), {
    logger: false,
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new ErrorFilter());
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});
afterAll(() => app.close());

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers });

it('reaches a route by its plain spelling', async () => {
  expect((await get('/admin')).body).toBe('reached');
  expect((await get('/admin?x=/../')).body).toBe('reached');
});

it.each([
  '/Admin',
  '/ADMIN',
  '/admin/',
  '//admin',
  '/admin//',
  '/./admin/.',
  '/admin;x',
  '/admin%20',
  '/admin%2f',
  '/x/..%2fadmin',
  '/admin%00',
  '/admin.json',
])('does not reach it by %s', async (url) => {
  const response = await get(url);
  expect([response.statusCode, response.json<{ error: object }>().error]).toEqual([
    404,
    expect.objectContaining({ type: 'not_found_error', code: '404' }),
  ]);
});

it.each(['/%zz', '/%', '/a%c3', `/${'%zz'.repeat(10)}`])(
  'refuses the malformed path %s in the envelope',
  async (url) => {
    const response = await get(url);
    expect([response.statusCode, response.json<{ error: object }>().error]).toEqual([
      400,
      expect.objectContaining({ type: 'invalid_request_error', code: '400' }),
    ]);
  },
);

it.each(['/admin', '/nowhere'])('refuses a malformed host on %s', async (url) => {
  const response = await get(url, { host: 'a b' });
  expect([response.statusCode, response.json<{ error: object }>().error]).toEqual([
    400,
    expect.objectContaining({ message: 'The request needs exactly one valid Host header.' }),
  ]);
});

it('reads JSON bodies through the schema, and takes none for an empty object', async () => {
  const post = (payload?: string) =>
    app.inject({ method: 'POST', url: '/echo', headers: { 'content-type': 'application/json' }, payload });
  expect((await post('{"name":"x","more":[1]}')).json()).toEqual({ name: 'x', more: [1] });
  expect((await post('')).json()).toEqual({});
});

it.each([
  ['broken JSON', '{"name":', 400, null],
  ['a list', '[]', 400, null],
  ['a wrong type', '{"name":7}', 400, 'name'],
  ['__proto__', '{"a":{"__proto__":{}}}', 400, null],
  ['depth', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400, null],
  ['size', `{"name":"${'x'.repeat(1024 * 1024)}"}`, 413, null],
])('refuses %s in the envelope', async (_what, payload, status, param) => {
  const headers = { 'content-type': 'application/json' };
  const response = await app.inject({ method: 'POST', url: '/echo', headers, payload });
  expect([response.statusCode, response.json<{ error: object }>().error]).toEqual([
    status,
    expect.objectContaining({ type: 'invalid_request_error', param, code: String(status) }),
  ]);
});

it.each([
  [{ 'content-type': 'text/plain' }, 415],
  [{ 'content-type': 'application/json', 'content-encoding': 'gzip' }, 415],
  [{ 'content-type': 'application' }, 415],
])('refuses a body of %j in the envelope', async (headers, status) => {
  const response = await app.inject({ method: 'POST', url: '/echo', headers, payload: '{}' });
  expect([response.statusCode, response.json<{ error: object }>().error]).toEqual([
    status,
    expect.objectContaining({ type: 'invalid_request_error' }),
  ]);
});

it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)(
  'answers a method that no route has with a 4xx: %s',
  async (method) => {
    const response = await app.inject({ method, url: '/admin' });
    expect([404, 405]).toContain(response.statusCode);
    expect(response.json<{ error: object }>().error).toMatchObject({ code: String(response.statusCode) });
  },
);
