/** Writes a GatewayError as Google's envelope, as a body or as an event within a stream that has begun. */
// https://google.aip.dev/193
import type { GatewayError } from '../../errors/gateway-error.js';

const statuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  413: 'INVALID_ARGUMENT',
  422: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
  529: 'UNAVAILABLE',
};

export function geminiErrorBody({ message, status: code }: GatewayError): string {
  const status = statuses[code] ?? (code < 500 ? 'FAILED_PRECONDITION' : 'INTERNAL');
  return JSON.stringify({ error: { code, message, status } });
}

export function geminiErrorEvent(error: GatewayError): string {
  return `data: ${geminiErrorBody(error)}\n\n`;
}
