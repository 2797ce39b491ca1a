/** Refuses requests that two servers might read differently, before anything else looks at them. */
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { GatewayError } from '../core/errors/gateway-error.js';

/** host [":" port] as RFC 9110 has it: a name, an IPv4 address or an IPv6 address in brackets. */
const validHost = /^(?:[a-z0-9_](?:[a-z0-9_-]|\.(?!\.))*|\[([0-9a-f:.]+)\])(?::(\d{1,5}))?$/i;

/**
 * Node accepts two Host headers, malformed ones and absolute-form targets, although RFC 9112 says 400; of two Authorization headers it drops one.
 *
 * @throws GatewayError `bad_host_header` or `malformed_request`
 */
export function checkRequest(request: IncomingMessage): void {
  const { rawHeaders, url } = request;
  let host: string | undefined;
  let authorized = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 13 && name.toLowerCase() === 'authorization') {
      // Node keeps the first: whoever stands before the gateway may have looked at the other.
      if (authorized)
        throw new GatewayError('malformed_request', { facts: { reason: 'it has two Authorization headers' } });
      authorized = true;
    }
    if (name?.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (host !== undefined) throw new GatewayError('bad_host_header');
    host = rawHeaders[at + 1];
  }
  if (host === undefined || !isValidHost(host)) throw new GatewayError('bad_host_header');
  if (url?.charCodeAt(0) !== 0x2f) {
    throw new GatewayError('malformed_request', { facts: { reason: 'the request target must begin with a slash' } });
  }
}

/** 253 for a name, the rest for a port. */
const maxHostLength = 260;
let lastValidHost: string | undefined;

/** Nearly every request names the host that the one before it named. */
function isValidHost(host: string): boolean {
  if (host === lastValidHost) return true;
  if (host.length > maxHostLength) return false;
  const match = validHost.exec(host);
  if (!match || (match[1] !== undefined && !isIPv6(match[1])) || Number(match[2] ?? 0) > 65_535) return false;
  lastValidHost = host;
  return true;
}
