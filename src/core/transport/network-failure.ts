/** Names what went wrong on the wire: a socket, DNS or TLS failure becomes a row of the error catalog. */
import { GatewayError } from '../errors/gateway-error.js';

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'its host name does not resolve',
  EAI_AGAIN: 'its host name could not be resolved',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
};

/**
 * @param error what undici or Node reported
 * @param answered the response head had arrived
 */
export function networkFailure(error: unknown, provider: string, answered: boolean): GatewayError {
  if (error instanceof GatewayError) return error;
  const code = errorCode(error);
  const facts = {
    provider,
    cause: error,
    detail: `${code}: ${error instanceof Error ? error.message : String(error)}`,
  };
  // Lengths that contradict each other; after the head it is a body that broke off.
  const contradicts = code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' && !answered;
  if (contradicts || isInvalidHttp(error, code)) {
    return new GatewayError('upstream_invalid_response', { ...facts, facts: { reason: 'it is not valid HTTP' } });
  }
  if (code === 'UND_ERR_INVALID_ARG') return new GatewayError('internal', facts);
  if (answered) return new GatewayError('upstream_connection_lost', facts);
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return new GatewayError('upstream_unreachable', {
      ...facts,
      facts: { reason: 'its TLS certificate or handshake failed' },
    });
  }
  return new GatewayError('upstream_unreachable', {
    ...facts,
    facts: { reason: reasons[code] ?? 'the connection failed' },
  });
}

const invalidHttpCodes: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RESPONSE']);

/** undici's parser errors bear no code, only their name. */
function isInvalidHttp(error: unknown, code: string): boolean {
  if (error instanceof Error && error.name === 'HTTPParserError') return true;
  return code.startsWith('HPE_') || invalidHttpCodes.has(code);
}

/** The innermost code: undici wraps the errors of several addresses in an AggregateError. */
function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  const { code, errors } = error as Error & { code?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string') return code;
  if (errors && errors.length > 0) return errorCode(errors[0]);
  return error.cause === undefined ? error.name : errorCode(error.cause);
}
