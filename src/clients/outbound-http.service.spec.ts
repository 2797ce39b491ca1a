import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../core/spec/clock.js';
import type { SettingsService } from '../config/settings.service.js';
import { ClientCacheService } from './client-cache.service.js';
import { EgressProfiles } from './egress-profiles.service.js';
import { OutboundHttp } from './outbound-http.service.js';
import { UpstreamConnections } from './upstream-connections.service.js';

let server: Server;
let base: string;
let handle: (request: IncomingMessage, response: ServerResponse) => void;
let clients: ClientCacheService;
let http: OutboundHttp;
let requests: number;

beforeEach(async () => {
  requests = 0;
  server = createServer((request, response) => {
    requests += 1;
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  clients = new ClientCacheService({});
  const general = { egress: { allowedHosts: [], allowedCidrs: [] } };
  const settings = { general, onChange: () => () => undefined } as unknown as SettingsService;
  http = new OutboundHttp(new UpstreamConnections(clients, new EgressProfiles(settings), systemClock));
});
afterEach(async () => {
  await clients.onApplicationShutdown();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it('sends what it is given, and answers with what comes', async () => {
  handle = (request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => {
      response
        .writeHead(418, { 'x-a': 'b' })
        .end(`${request.method} ${request.url} ${String(request.headers['x-c'])} ${body}`);
    });
  };
  const answer = await http.send({
    url: `${base}/p?q=1`,
    method: 'POST',
    headers: { 'x-c': 'd' },
    body: 'hello',
    egress: 'operator',
  });
  expect(answer).toMatchObject({ status: 418, headers: { 'x-a': 'b' } });
  expect(answer.body.toString()).toBe('POST /p?q=1 d hello');
});

it('follows no redirect', async () => {
  handle = (_request, response) => response.writeHead(302, { location: `${base}/elsewhere` }).end();
  expect((await http.send({ url: base, egress: 'operator' })).status).toBe(302);
  expect(requests).toBe(1);
});

it('does not reach a private address for somebody who may not', async () => {
  await expect(http.send({ url: base, egress: 'restricted' })).rejects.toMatchObject({
    code: 'upstream_address_refused',
  });
  expect(requests).toBe(0);
});

it.each(['file:///etc/passwd', 'not a url', ''])('takes no address like "%s"', async (url) => {
  await expect(http.send({ url, egress: 'operator' })).rejects.toMatchObject({ code: 'upstream_unreachable' });
});

it('gives up a server that is silent, and one that never ends', async () => {
  handle = (request, response) => {
    if (request.url === '/endless') response.write('x');
  };
  for (const path of ['/silent', '/endless']) {
    await expect(http.send({ url: base + path, egress: 'operator', timeoutMs: 50 })).rejects.toMatchObject({
      code: 'upstream_unreachable',
      message: expect.stringContaining('no answer within 50 ms') as string,
    });
  }
});

it('refuses a longer answer than it was told to take', async () => {
  handle = (_request, response) => response.end('x'.repeat(1_001));
  await expect(http.send({ url: base, egress: 'operator', maxBytes: 1_000 })).rejects.toThrow('longer than 1000 bytes');
});

it('shows nothing of the address but its origin', async () => {
  handle = (request) => request.socket.destroy();
  const error: unknown = await http
    .send({ url: `${base}/secret-path?token=secret`, egress: 'operator' })
    .catch((thrown: unknown) => thrown);
  expect(JSON.stringify([String(error), error])).not.toContain('secret');
});

it('ends where nobody waits for the answer any more, and closes what it was sent over', async () => {
  const leaving = new AbortController();
  let closed: Promise<unknown> | undefined;
  handle = (_request, response) => {
    closed = new Promise((resolve) => response.once('close', resolve));
    leaving.abort();
  };
  await expect(http.send({ url: base, egress: 'operator', signal: leaving.signal })).rejects.toMatchObject({
    code: 'upstream_unreachable',
    detail: expect.stringContaining('nobody waits'),
  });
  await closed;
});
