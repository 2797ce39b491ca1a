/** The one error of an adapter: its service, model or module gave no verdict. */
import { GatewayError } from '../../core/errors/gateway-error.js';

/** @param detail for the operator's log: no key, no word of the text, nothing that the service wrote */
export function unavailable(service: string, detail: string, cause?: unknown): GatewayError {
  return new GatewayError('guardrail_unavailable', {
    facts: { guardrail: service },
    detail: `${service}: ${detail}`,
    ...(cause !== undefined && { cause }),
  });
}
