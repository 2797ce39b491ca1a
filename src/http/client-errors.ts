/** Answers what never became a request: bytes on the socket that are no valid HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { openAiErrorBody } from '../core/dialects/openai-chat/format-error.js';
import { GatewayError } from '../core/errors/gateway-error.js';

const statusTexts: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Fastify's `clientErrorHandler`: one answer, and the connection is over, since nobody knows where the next request would begin. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const failure = failureOf(error.code);
  const body = openAiErrorBody(failure);
  socket.end(
    `HTTP/1.1 ${failure.status} ${statusTexts[failure.status]}\r\n` +
      `content-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  socket.destroySoon();
}

/** Node's `checkExpectation`: an `Expect` header that asks for something else than `100-continue`. */
export function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const failure = new GatewayError('malformed_request', {
    status: 417,
    facts: { reason: 'its expectation cannot be met' },
  });
  response
    .writeHead(failure.status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' })
    .end(openAiErrorBody(failure));
}

function failureOf(code: string | undefined): GatewayError {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new GatewayError('malformed_request', { status: 431, facts: { reason: 'its headers are too large' } });
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new GatewayError('malformed_request', { status: 408, facts: { reason: 'it did not arrive in time' } });
  }
  return new GatewayError('malformed_request', { facts: { reason: 'it cannot be parsed' } });
}
