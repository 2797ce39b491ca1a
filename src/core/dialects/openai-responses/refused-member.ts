/** The refusal of what the hub cannot carry. */
import { GatewayError } from '../../errors/gateway-error.js';

export function refusedMember(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\`: ${reason}.` } });
}
