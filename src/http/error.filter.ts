/** The one place that writes error bodies outside of a running answer: whatever was thrown becomes a row of the catalog. */
import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { anthropicErrorBody } from '../core/dialects/anthropic-messages/format-error.js';
import { geminiErrorBody } from '../core/dialects/gemini/format-error.js';
import { openAiErrorBody } from '../core/dialects/openai-chat/format-error.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { readPastBody } from './read-past-body.js';

const messagesRoute = /^(?:\/v1)?\/messages(?:\/|$)/;
/** The list of models has Anthropic's shape for clients that name its version. */
const modelsRoute = /^(?:\/v1)?\/models(?:\/|$)/;
/** The methods of a model are posted; the list of models is read. */
const geminiRoute = /\/models\/\*$/;
/** Whatever no route was written for. */
const passedRoute = '/*';

@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Requests');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = toGatewayError(thrown, request);
    if (error.status >= 500)
      this.logger.error(`${error.code} on ${request.routeOptions.url ?? 'an unknown route'}: ${describe(error)}`);
    if (reply.raw.headersSent || reply.raw.destroyed) return;
    if (error.retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
    for (const [name, value] of Object.entries(error.headers ?? {})) reply.header(name, value);
    readPastBody(request.raw);
    reply
      .status(error.status)
      .header('content-type', 'application/json; charset=utf-8')
      .send(errorBody(error, request));
  }
}

/** Clients of another dialect than OpenAI's read errors in that one. */
function errorBody(error: GatewayError, request: FastifyRequest): string {
  const { routeOptions: { url = '' }, method, headers, url: rawUrl } = request; // prettier-ignore
  const listsAsAnthropic = method === 'GET' && modelsRoute.test(url) && headers['anthropic-version'] !== undefined;
  if (messagesRoute.test(url) || listsAsAnthropic) return anthropicErrorBody(error);
  if (url === passedRoute) return passedErrorBody(error, rawUrl);
  return method === 'POST' && geminiRoute.test(url) ? geminiErrorBody(error) : openAiErrorBody(error);
}

/** Below a provider's prefix are its own clients. */
function passedErrorBody(error: GatewayError, url: string): string {
  if (url.startsWith('/anthropic/')) return anthropicErrorBody(error);
  return /^\/(?:gemini|vertex[_-]ai)\//.test(url) ? geminiErrorBody(error) : openAiErrorBody(error);
}

function toGatewayError(thrown: unknown, request: FastifyRequest): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const status = statusOf(thrown);
  if (status === 404) {
    // Such as `*`: no route is looked for, and so no check of requests has seen it.
    if (!request.url.startsWith('/'))
      return new GatewayError('malformed_request', { facts: { reason: 'the request target must begin with a slash' } });
    return new GatewayError('not_found', { facts: { method: request.method, route: printablePath(request.url) } });
  }
  if (status === 413)
    return new GatewayError('body_too_large', { facts: { limit: 'the allowed number of' }, cause: thrown });
  if (status === 415) {
    return new GatewayError('unsupported_media_type', {
      facts: { contentType: 'given', wanted: 'application/json' },
      cause: thrown,
    });
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new GatewayError('malformed_request', {
      status,
      facts: { reason: 'it was refused before it reached a route' },
      cause: thrown,
    });
  }
  return new GatewayError('internal', { cause: thrown });
}

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

/** Without the query, which may hold a key. */
function printablePath(url: string): string {
  return (url.split('?', 1)[0] ?? '').replace(/[^\x21-\x7e]/g, '?').slice(0, 200);
}

/** For the operator's log: the chain of causes, without the request's content. */
function describe(error: GatewayError): string {
  const parts = [error.detail ?? error.message];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) parts.push(cause.stack ?? cause.message);
  return parts.join('; caused by ');
}
