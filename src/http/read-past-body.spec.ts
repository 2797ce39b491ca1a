/** Over real sockets: a refused body neither resets the connection of its client nor holds it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { readPastBody } from './read-past-body.js';

const server = createServer((incoming, response) => {
  readPastBody(incoming);
  response.writeHead(413).end('too much');
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

function open(): { readonly socket: Socket; text(): string } {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  return { socket, text: () => text };
}

it.each([
  ['a stated length', 'content-length: 8000000', Buffer.alloc(8_000_000)],
  [
    'chunks',
    'transfer-encoding: chunked',
    Buffer.concat([Buffer.from('7a1200\r\n'), Buffer.alloc(8_000_000), Buffer.from('\r\n0\r\n\r\n')]),
  ],
])('a client that sends all of it sees the answer, and its connection stays: %s', async (_, header, body) => {
  const { socket, text } = open();
  socket.write(`POST / HTTP/1.1\r\nhost: a\r\n${header}\r\n\r\n`);
  await new Promise((resolve) => socket.write(body, resolve));
  socket.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  await once(socket, 'close');
  expect(text().match(/^HTTP\/1\.1 413 /gm)).toHaveLength(2);
});

it('a client that stops sending is cut off', async () => {
  const { socket, text } = open();
  socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nx');
  await once(socket, 'close');
  expect(text().match(/^HTTP\/1\.1 413 /gm)).toHaveLength(1);
});

it('a client that trickles for ever is cut off', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'performance'] });
  const destroy = jest.fn();
  const socket = { bytesRead: 0 };
  readPastBody({
    complete: false,
    headers: { 'transfer-encoding': 'chunked' },
    socket,
    destroy,
    once: () => undefined,
  } as never);
  for (let second = 1; second < 10; second += 1) {
    socket.bytesRead += 1;
    jest.advanceTimersByTime(1_000);
    expect(destroy).not.toHaveBeenCalled();
  }
  socket.bytesRead += 1;
  jest.advanceTimersByTime(1_000);
  expect(destroy).toHaveBeenCalledTimes(1);
  jest.useRealTimers();
});

it.each([
  { complete: true, headers: { 'content-length': '7' } },
  { complete: false, headers: {} },
])('a request of which nothing is left keeps its connection: %j', (raw) => {
  jest.useFakeTimers();
  readPastBody({ ...raw, get socket(): never { throw new Error('touched'); } } as never); // prettier-ignore
  jest.useRealTimers();
});
