/** What a provider's status says by itself, where its words say nothing more. */
import type { ErrorCode } from './catalog.js';

export function upstreamCodeOf(status: number): ErrorCode {
  const known = byStatus[status];
  if (known !== undefined) return known;
  if (status >= 500) return 'upstream_internal';
  return status >= 400 ? 'upstream_bad_request' : 'upstream_invalid_response';
}

const byStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'upstream_authentication',
  // No credit left at this provider: another deployment may have some, so it is the gateway's trouble, not the client's.
  402: 'upstream_permission',
  403: 'upstream_permission',
  404: 'upstream_not_found',
  408: 'upstream_timeout',
  413: 'upstream_too_large',
  422: 'upstream_unprocessable',
  429: 'upstream_rate_limited',
  503: 'upstream_overloaded',
  504: 'upstream_timeout',
  529: 'upstream_overloaded',
};
