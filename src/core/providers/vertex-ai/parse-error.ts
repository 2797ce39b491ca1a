/** Google's errors in Vertex AI's name. */
import type { GatewayError } from '../../errors/gateway-error.js';
import type { InboundResponse } from '../../spec/outbound.js';
import { parseError as parseGoogleError } from '../gemini/parse-error.js';
import { providerId } from './provider-id.js';

export function parseError(response: InboundResponse): GatewayError {
  return parseGoogleError(response, providerId);
}
