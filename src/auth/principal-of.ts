/** Carries the principal from the guard to the handler, on the request itself. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Principal } from './principal.js';

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null;
  }
}

/** Gives every request its place for a principal, empty at first. */
export function declarePrincipal(fastify: FastifyInstance): void {
  fastify.decorateRequest('principal', null);
}

/** @throws GatewayError `internal` where no guard has let a known caller in: there is no anonymous principal. */
export function principalOf(request: FastifyRequest): Principal {
  const { principal } = request;
  if (!principal) throw new GatewayError('internal', { detail: 'a handler asked for the principal of a public route' });
  return principal;
}
