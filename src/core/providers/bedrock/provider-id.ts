/** The provider's name, in configurations and errors. */
import { GatewayError } from '../../errors/gateway-error.js';

export const providerId = 'bedrock';

/** The content type of AWS's binary streams. */
export const eventStreamType = 'application/vnd.amazon.eventstream';

/** Refuses a request that Bedrock cannot be sent, naming the member at fault. */
export function refuse(param: string, reason: string): never {
  throw new GatewayError('invalid_request', { param, facts: { reason: `${param}: ${reason}` }, provider: providerId });
}

export function unsupported(param: string, model: string): GatewayError {
  return new GatewayError('unsupported_parameter', {
    param,
    facts: { param, provider: providerId, model },
    provider: providerId,
  });
}

export function invalidAnswer(reason: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_invalid_response', { facts: { reason }, provider: providerId, cause });
}
