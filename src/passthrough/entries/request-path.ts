/** Reads the path of a request once, in the one way in which everything that is decided on it must read it. */
import { GatewayError } from '../../core/errors/gateway-error.js';

export interface RequestPath {
  /** The segments as they came, still percent-encoded: what goes upstream. */
  readonly raw: readonly string[];
  /** The same, percent-decoded once. */
  readonly segments: readonly string[];
  /** All of them with their slashes: what entries and lists of routes are compared with. */
  readonly normalised: string;
  /** Without the question mark; empty where there is none. */
  readonly query: string;
}

const refusedCharacters = /[;\\\u0000-\u001f\u007f]|\/\//;
const dotSegment = /(?:^|\/)\.{1,2}(?:\/|$)/;

/**
 * A path that two servers could take for different ones is refused: dot segments, doubled slashes, parameters of segments
 * and backslashes, however they are spelled.
 *
 * @param url path and query of the request line
 * @throws GatewayError `malformed_request`
 */
export function readRequestPath(url: string): RequestPath {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  if (!path.startsWith('/')) throw malformed('its target is no path');
  if (path.includes('#')) throw malformed('its target holds a fragment');
  const raw = path.slice(1).split('/');
  const segments = path.includes('%') ? raw.map(decoded) : raw;
  const normalised = `/${segments.join('/')}`;
  if (refusedCharacters.test(normalised))
    throw malformed('its path holds `//`, `;`, a backslash or a control character');
  // What is still encoded after one decoding might be decoded again by somebody else.
  if (dotSegment.test(normalised) || dotSegment.test(normalised.replace(/%2e/gi, '.').replace(/%(?:2f|5c)/gi, '/')))
    throw malformed('its path holds a dot segment');
  return { raw, segments, normalised, query: mark < 0 ? '' : url.slice(mark + 1) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw malformed('its path cannot be decoded');
  }
}

function malformed(reason: string): GatewayError {
  return new GatewayError('malformed_request', { facts: { reason } });
}
