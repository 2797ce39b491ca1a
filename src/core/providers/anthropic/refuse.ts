/** Refuses a request that Anthropic cannot be sent, naming the member at fault. */
import { GatewayError } from '../../errors/gateway-error.js';

export function refuse(param: string, reason: string): never {
  throw new GatewayError('invalid_request', { param, facts: { reason: `${param}: ${reason}` }, provider: 'anthropic' });
}
