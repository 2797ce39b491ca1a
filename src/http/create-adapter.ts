/** Builds the Fastify adapter with the product's limits: nothing unbounded, nothing parsed before its caller is known. */
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { openAiErrorBody } from '../core/dialects/openai-chat/format-error.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { acceptBodies } from './body-parsing.js';
import { answerClientError, answerExpectation } from './client-errors.js';
import { checkRequest } from './request-checks.js';

/** Long enough for a large body over a slow line, short enough against one that is dripped on purpose. */
const requestTimeoutMs = 120_000;
const keepAliveTimeoutMs = 75_000;

/** What fails before Fastify has a route to run the usual handlers for, such as a path that cannot be decoded. */
function answerUnroutable(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const failure = new GatewayError('malformed_request', {
    facts: { reason: 'its path cannot be decoded' },
    cause: error,
  });
  void reply
    .status(failure.status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(openAiErrorBody(failure));
}

/**
 * For applications made with `bodyParser: false`: Nest's own parser would read bodies before the guard.
 *
 * @param trustsProxy whether what an address says of a client's own is believed (`X-Forwarded-For`); nobody is without it
 */
export function createAdapter(trustsProxy?: (address: string) => boolean): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    ...(trustsProxy && { trustProxy: trustsProxy }),
    // Nothing here is Nest middleware, and its engine would look at every request.
    skipMiddie: true,
    requestTimeout: requestTimeoutMs,
    // A missing Host is refused by `checkRequest`, in the envelope that clients read.
    http: { requireHostHeader: false },
    keepAliveTimeout: keepAliveTimeoutMs,
    clientErrorHandler: answerClientError,
    frameworkErrors: answerUnroutable,
    // A route matches one spelling only: what differs by case, a slash at its end or a doubled one is another path.
    routerOptions: {
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      maxParamLength: 512,
    },
    // Ids are the pipeline's own.
    genReqId: () => '',
  });
  const fastify = adapter.getInstance();
  fastify.addHook('onRequest', (request, _reply, done) => {
    try {
      checkRequest(request.raw);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.server.on('checkExpectation', answerExpectation);
  acceptBodies(fastify);
  return adapter;
}
