/**
 * Gives the faults of adapters a meaning. Requests and answers are read member by member as others wrote them, and a member
 * of an unexpected type shows where it is used: that is the fault of whoever wrote it, not one of the gateway's.
 */
import { GatewayError } from '../errors/gateway-error.js';

/** Runs what makes a request. @throws GatewayError its own, or `invalid_request` */
export function asking<T>(provider: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    const facts = { reason: 'A member of the request has a type that the API does not define.' };
    throw new GatewayError('invalid_request', { facts, provider, cause });
  }
}

/** Runs what reads an answer. @throws GatewayError its own, or `upstream_invalid_response` */
export function reading<T>(provider: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    const facts = { reason: 'a member of it has a type that its API does not define' };
    throw new GatewayError('upstream_invalid_response', { facts, provider, cause });
  }
}
