/** Bytes as they come and go: smuggling (RFC 9112), aborts from both sides, uploads and streams as long as they like. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { eventually } from '../support/eventually.js';
import { detailOf, TestGateway } from '../support/gateway.js';
import { openSocket, sendRaw } from '../support/http-client.js';
import { echo, EchoUpstream } from './echo-upstream.js';

jest.setTimeout(120_000);

let upstream: EchoUpstream;
let gateway: TestGateway;
let key: string;

beforeAll(async () => {
  upstream = await EchoUpstream.start();
  gateway = await TestGateway.start({
    models: [],
    general: { pass_through_endpoints: [{ path: '/api', target: `${upstream.origin}/base`, include_subpath: true }] },
  });
  key = await gateway.makeKey();
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});
beforeEach(() => {
  upstream.seen.length = 0;
  upstream.answer = echo;
  upstream.early = undefined;
});

const auth = (): string => `authorization: Bearer ${key}\r\n`;
const follower = (): string => `GET /api/second HTTP/1.1\r\nhost: a\r\n${auth()}\r\n`;

describe('requests that two servers could read differently', () => {
  const head = (lines: string, line = 'POST /api/first HTTP/1.1'): string =>
    `${line}\r\nhost: a\r\n${auth()}${lines}\r\n`;

  /** Each is followed by another request on the same connection; `GET /smuggled` would be seen by an upstream that was deceived. */
  const smuggled = 'GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n';
  const cases: readonly (readonly [string, () => string])[] = [
    ['two lengths that differ', () => `${head('content-length: 3\r\ncontent-length: 4\r\n')}abcd`],
    ['two lengths that agree', () => `${head('content-length: 3\r\ncontent-length: 3\r\n')}abc`],
    ['a list of lengths', () => `${head('content-length: 3, 4\r\n')}abcd`],
    ['a length with a sign', () => `${head('content-length: +3\r\n')}abc`],
    ['a negative length', () => head('content-length: -1\r\n')],
    ['a hexadecimal length', () => `${head('content-length: 0x3\r\n')}abc`],
    ['a length and chunks', () => `${head('content-length: 3\r\ntransfer-encoding: chunked\r\n')}0\r\n\r\n${smuggled}`],
    ['chunks and a length', () => `${head('transfer-encoding: chunked\r\ncontent-length: 6\r\n')}0\r\n\r\n${smuggled}`],
    [
      'an encoding that is no last one',
      () => `${head('transfer-encoding: chunked, identity\r\n')}0\r\n\r\n${smuggled}`,
    ],
    ['an encoding twice', () => `${head('transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n')}0\r\n\r\n`],
    ['an encoding that nobody knows', () => `${head('transfer-encoding: xchunked\r\n')}0\r\n\r\n${smuggled}`],
    ['an encoding behind a tab', () => `${head('transfer-encoding:\tchunked\r\n')}0\r\n\r\n`],
    ['a blank before the colon', () => `${head('transfer-encoding : chunked\r\n')}0\r\n\r\n${smuggled}`],
    ['a header name with a blank before it', () => `${head(' transfer-encoding: chunked\r\n')}0\r\n\r\n${smuggled}`],
    ['a folded line', () => `${head('x-a: b\r\n transfer-encoding: chunked\r\n')}0\r\n\r\n${smuggled}`],
    ['a folded encoding', () => `${head('transfer-encoding:\r\n chunked\r\n')}0\r\n\r\n${smuggled}`],
    ['a bare LF after a header', () => `POST /api/first HTTP/1.1\nhost: a\n${auth()}content-length: 0\n\n${smuggled}`],
    ['a bare CR within a header', () => `${head('x-a: b\rtransfer-encoding: chunked\r\n')}0\r\n\r\n${smuggled}`],
    ['a NUL within a header', () => head('x-a: b\u0000c\r\ncontent-length: 0\r\n')],
    ['a chunk size with a sign', () => `${head('transfer-encoding: chunked\r\n')}+3\r\nabc\r\n0\r\n\r\n`],
    ['a chunk size with 0x', () => `${head('transfer-encoding: chunked\r\n')}0x3\r\nabc\r\n0\r\n\r\n`],
    [
      'a chunk size beyond all numbers',
      () => `${head('transfer-encoding: chunked\r\n')}10000000000000003\r\nabc\r\n0\r\n\r\n`,
    ],
    ['a chunk longer than its size', () => `${head('transfer-encoding: chunked\r\n')}2\r\nabc\r\n0\r\n\r\n`],
    ['a chunk that ends with a bare LF', () => `${head('transfer-encoding: chunked\r\n')}3\nabc\n0\n\n${smuggled}`],
    ['a chunk extension with a bare LF', () => `${head('transfer-encoding: chunked\r\n')}3;a=b\nc\r\nabc\r\n0\r\n\r\n`],
    ['a blank after a chunk size', () => `${head('transfer-encoding: chunked\r\n')}3 \r\nabc\r\n0\r\n\r\n`],
    ['an absolute target', () => head('content-length: 0\r\n', `POST ${upstream.origin}/x HTTP/1.1`)],
    ['an authority target', () => head('content-length: 0\r\n', 'CONNECT 127.0.0.1:80 HTTP/1.1')],
    ['an asterisk', () => head('content-length: 0\r\n', 'OPTIONS * HTTP/1.1')],
    ['two hosts', () => head('host: b\r\ncontent-length: 0\r\n')],
    ['a host with a path', () => `POST /api/first HTTP/1.1\r\nhost: a/b\r\n${auth()}content-length: 0\r\n\r\n`],
    ['a host with a user', () => `POST /api/first HTTP/1.1\r\nhost: user@a\r\n${auth()}content-length: 0\r\n\r\n`],
    ['no host', () => `POST /api/first HTTP/1.1\r\n${auth()}content-length: 0\r\n\r\n`],
    ['a version that nobody has', () => head('content-length: 0\r\n', 'POST /api/first HTTP/1.9')],
    ['a blank within the target', () => head('content-length: 0\r\n', 'POST /api/first /api/x HTTP/1.1')],
  ];

  it.each(cases)('%s: refused, or exactly one clean request', async (_what, bytes) => {
    const { answers, closed } = await sendRaw(gateway.port, Buffer.from(bytes() + follower(), 'latin1'), 700);
    const seen = upstream.seen.map(({ method, url }) => `${method} ${url}`);
    expect(seen.filter((line) => line.includes('smuggled'))).toEqual([]);
    const isServed = answers[0]?.status === 200;
    if (isServed) {
      expect(seen.filter((line) => line === 'POST /base/first')).toHaveLength(1);
      // What Node has read as one request goes up as one, framed anew.
      const headers = upstream.seen.find(({ method }) => method === 'POST')?.headers;
      expect([headers?.['content-length'], headers?.['transfer-encoding']].filter(Boolean)).toHaveLength(1);
    } else {
      // Nothing that came behind what was refused is believed.
      expect([answers[0]?.status ?? 400, seen.length <= 1]).toEqual([expect.any(Number), true]);
      expect(answers[0]?.status ?? 400).toBeGreaterThanOrEqual(400);
      if (seen.length > 0) expect(seen).toEqual(['GET /base/second']);
      else expect(closed).toBe(true);
    }
  });

  it('a header of the client’s cannot end the upstream’s request: the next one on the connection is its own', async () => {
    const both = `${head('content-length: 5\r\n')}GET /${follower()}`;
    const { answers } = await sendRaw(gateway.port, Buffer.from(both, 'latin1'), 700);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(upstream.seen.map(({ method, url, body }) => `${method} ${url} ${body.toString()}`).toSorted()).toEqual([
      'GET /base/second ',
      'POST /base/first GET /',
    ]);
  });
});

describe('ends before their time', () => {
  it('a client that leaves during a stream closes its upstream within a second, and pays for what was sent', async () => {
    let closed = false;
    upstream.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => response.write('data: {}\n\n'), 20);
      response.on('close', () => {
        clearInterval(timer);
        closed = true;
      });
    };
    const before = await gateway.countRows();
    const socket = await openSocket(gateway.port);
    socket.write(`GET /api/stream HTTP/1.1\r\nhost: a\r\n${auth()}\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    const leftAt = performance.now();
    socket.destroy();
    await eventually('the upstream is closed', () => closed);
    expect(performance.now() - leftAt).toBeLessThan(1_000);
    expect((await gateway.countRows()) - before).toBe(1);
    const rows = await gateway.rowsOf('/api');
    expect(rows.map(detailOf).some(({ errorCode }) => errorCode === 'client_closed')).toBe(true);
  });

  it('a client that leaves during its upload leaves no request that looks complete', async () => {
    const socket = await openSocket(gateway.port);
    socket.write(
      `POST /api/upload HTTP/1.1\r\nhost: a\r\n${auth()}content-length: 1000000\r\n\r\n${'x'.repeat(1_000)}`,
    );
    await eventually('the upload has reached the upstream', () => upstream.sockets.size > 0);
    socket.destroy();
    await gateway.allCarried();
    expect(upstream.seen).toHaveLength(0);
  });

  it('an upstream that dies during its answer ends the client’s connection, and the row says so', async () => {
    upstream.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: one\n\n');
      setTimeout(() => response.socket?.destroy(), 50);
    };
    const answer = await gateway.send({ method: 'GET', path: '/api/dies' });
    expect([answer.status, answer.text, answer.cut]).toEqual([200, 'data: one\n\n', true]);
    const rows = await gateway.rowsOf('/api');
    expect(rows.map(detailOf).at(-1)).toMatchObject({ errorCode: 'upstream_connection_lost' });
  });

  it('an upstream that dies before its answer is a 502', async () => {
    upstream.answer = (_request, response) => response.socket?.destroy();
    expect((await gateway.send({ method: 'GET', path: '/api/dies' })).status).toBe(502);
  });

  it('an upstream that answers before it has read the upload is heard', async () => {
    upstream.early = (request, response) => {
      request.resume();
      response.writeHead(413, { 'content-type': 'application/json' }).end('{"error":"too much"}');
      return true;
    };
    const answer = await gateway.send({ method: 'POST', path: '/api/upload', body: Buffer.alloc(5_000_000) });
    expect([answer.status, answer.json]).toEqual([413, { error: 'too much' }]);
  });
});

it('an event reaches the client when it comes, and not when the next one does', async () => {
  let next: (() => void) | undefined;
  upstream.answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    next = () => response.end('data: 2\n\n');
  };
  const chunks: string[] = [];
  const socket: Socket = connect(gateway.port, '127.0.0.1');
  socket.setEncoding('latin1').on('data', (chunk: string) => chunks.push(chunk));
  socket.write(`GET /api/stream HTTP/1.1\r\nhost: a\r\n${auth()}\r\n`);
  await eventually('the first event has come', () => chunks.join('').includes('data: 1\n\n'));
  expect(chunks.join('')).not.toContain('data: 2');
  next?.();
  await eventually('the second event has come', () => chunks.join('').includes('data: 2\n\n'));
  socket.destroy();
});

const megabyte = 1024 * 1024;
const whole = 100 * megabyte;
/** Buffers of sockets and streams, of both connections. */
const mostOnTheWay = 16 * megabyte;

/** Writes all of it as fast as it is taken, and knows how much that is so far. */
function pour(sink: Writable): { readonly taken: () => number } {
  const piece = Buffer.alloc(256 * 1024);
  let taken = 0;
  const go = (): void => {
    while (taken < whole) {
      taken += piece.length;
      if (!sink.write(piece)) {
        sink.once('drain', go);
        return;
      }
    }
    sink.end();
  };
  go();
  return { taken: () => taken };
}

/** Waits until a count has stood still for a while. */
async function stillAt(count: () => number): Promise<number> {
  for (let before = -1; ;) {
    if (before === count() && before > 0) return before;
    before = count();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

describe('100 MB', () => {
  it('go up no faster than the upstream reads, and all of it arrives', async () => {
    let resume: (() => void) | undefined;
    upstream.early = (request, response) => {
      let received = 0;
      request.on('data', (chunk: Buffer) => (received += chunk.length));
      request.on('end', () => response.end(String(received)));
      request.pause();
      resume = () => request.resume();
      return true;
    };
    const headers = { authorization: `Bearer ${key}`, 'content-length': whole };
    const outgoing = httpRequest({ port: gateway.port, method: 'POST', path: '/api/big', headers });
    const answered = new Promise<string>((resolve, reject) => {
      outgoing.on('error', reject).on('response', (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (part: string) => (body += part));
        answer.on('end', () => resolve(body));
      });
    });
    const { taken } = pour(outgoing);
    expect(await stillAt(taken)).toBeLessThan(mostOnTheWay);
    resume?.();
    expect(await answered).toBe(String(whole));
  });

  it('come down no faster than the client reads, and all of it arrives', async () => {
    let taken: (() => number) | undefined;
    upstream.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      ({ taken } = pour(response));
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${key}` };
      httpRequest({ port: gateway.port, path: '/api/big', headers }, resolve).on('error', reject).end();
    });
    answer.pause();
    expect(await stillAt(() => taken?.() ?? 0)).toBeLessThan(mostOnTheWay);
    let received = 0;
    for await (const chunk of answer) received += (chunk as Buffer).length;
    expect(received).toBe(whole);
  });
});
