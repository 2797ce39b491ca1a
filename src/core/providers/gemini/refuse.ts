/** The refusal of a request that Gemini cannot be sent. */
import { GatewayError } from '../../errors/gateway-error.js';

/** @throws GatewayError `invalid_request`, always */
export function refuse(param: string, reason: string): never {
  throw new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\`: ${reason}.` } });
}
