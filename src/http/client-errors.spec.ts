/** Bytes that are no HTTP get one well-formed answer, and their connection is over. */
import type { Socket } from 'node:net';
import { answerClientError } from './client-errors.js';

function answered(code: string | undefined, writable = true): { written: string; destroyed: boolean } {
  const seen = { written: '', destroyed: false };
  const socket = {
    writable,
    end: (text: string) => (seen.written += text),
    destroy: () => (seen.destroyed = true),
    destroySoon: () => (seen.destroyed = true),
  };
  answerClientError(
    Object.assign(new Error('secret'), code === undefined ? {} : { code }),
    socket as unknown as Socket,
  );
  return seen;
}

it.each([
  ['HPE_INVALID_METHOD', '400 Bad Request'],
  [undefined, '400 Bad Request'],
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
])('%s is answered with %s in the envelope, to the byte', (code, statusLine) => {
  const [head = '', body = ''] = answered(code).written.split('\r\n\r\n');
  expect(head.split('\r\n')[0]).toBe(`HTTP/1.1 ${statusLine}`);
  expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
  expect(head).toContain('connection: close');
  expect(JSON.parse(body)).toMatchObject({ error: { type: 'invalid_request_error', code: statusLine.slice(0, 3) } });
  expect(body).not.toContain('secret');
});

it('does not wait for the other side to close the connection', () => {
  expect(answered('HPE_INVALID_METHOD').destroyed).toBe(true);
});

it.each([
  ['a connection that was reset', 'ECONNRESET', true],
  ['a socket that takes nothing any more', 'HPE_INVALID_METHOD', false],
])('writes nothing to %s', (_what, code, writable) => {
  expect(answered(code, writable)).toEqual({ written: '', destroyed: true });
});
