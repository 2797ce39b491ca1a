/** Bodies are read up to the limit and not a byte beyond. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { readBody } from './read-body.js';

function requestOf(pieces: readonly (string | Buffer)[], headers: Record<string, string> = {}) {
  const stream = Readable.from(
    pieces.map((piece) => Buffer.from(piece)),
    { objectMode: false },
  );
  return Object.assign(stream, { headers }) as unknown as IncomingMessage;
}

/** A request whose body is on its way. */
function openRequest(headers: Record<string, string> = {}): Readable & IncomingMessage {
  return Object.assign(new Readable({ read: () => undefined }), { headers }) as unknown as Readable & IncomingMessage;
}

it.each([
  ['no pieces', [], ''],
  ['one piece', ['hello'], 'hello'],
  ['many pieces, cut within a character', [Buffer.from([0xc3]), Buffer.from([0xa9]), 'x'], 'éx'],
])('gives the whole body of %s', async (_what, pieces, expected) => {
  expect((await readBody(requestOf(pieces), 100)).toString()).toBe(expected);
});

it('takes exactly the limit', async () => {
  expect(await readBody(requestOf(['01234', '56789'], { 'content-length': '10' }), 10)).toHaveLength(10);
});

it('refuses one byte more, and asks for no more of it', async () => {
  const request = openRequest();
  const reading = readBody(request, 10);
  request.push('01234567890');
  await expect(reading).rejects.toMatchObject({ code: 'body_too_large', status: 413 });
  expect(request.isPaused()).toBe(true);
});

it('refuses a body that announces more by its length alone, unread', async () => {
  const request = openRequest({ 'content-length': '11' });
  await expect(readBody(request, 10)).rejects.toMatchObject({ code: 'body_too_large' });
  expect(request.listenerCount('data')).toBe(0);
});

it('does not believe an announced length', async () => {
  await expect(readBody(requestOf(['0123456789', 'x'], { 'content-length': '3' }), 10)).rejects.toMatchObject({
    code: 'body_too_large',
  });
});

it('names the limit', async () => {
  await expect(readBody(requestOf(['x'.repeat(11)]), 10)).rejects.toThrow('larger than 10 bytes');
});

it('ends for a client that leaves half-way', async () => {
  const request = openRequest();
  const reading = readBody(request, 100);
  request.push('half');
  request.destroy();
  await expect(reading).rejects.toMatchObject({ code: 'client_closed', status: 499 });
});

it('ends for a client that has left before its body was asked for', async () => {
  const request = openRequest();
  request.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  const hanging = new Promise((resolve) => setImmediate(resolve, 'it hangs'));
  const reading = readBody(request, 100).catch((error: unknown) => error);
  expect(await Promise.race([reading, hanging])).toMatchObject({ code: 'client_closed' });
});
