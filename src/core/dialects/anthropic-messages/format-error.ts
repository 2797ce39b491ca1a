/** Writes a GatewayError as Anthropic's envelope, as a body or as an event within a stream that has begun. */
// https://platform.claude.com/docs/en/api/errors
import type { GatewayError } from '../../errors/gateway-error.js';

const typesByStatus: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  413: 'request_too_large',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

export function anthropicErrorBody(error: GatewayError): string {
  const { message, status } = error;
  const type = typesByStatus[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  return JSON.stringify({ type: 'error', error: { type, message } });
}

export function anthropicErrorEvent(error: GatewayError): string {
  return `event: error\ndata: ${anthropicErrorBody(error)}\n\n`;
}
