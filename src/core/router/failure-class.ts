/** The kinds of failure that retry and cool-down policies tell apart, by the names of LiteLLM's configuration. */
import type { ErrorCode } from '../errors/catalog.js';

export const failureClasses = [
  'BadRequest',
  'Authentication',
  'Timeout',
  'RateLimit',
  'ContentPolicyViolation',
  'InternalServer',
  'ServiceUnavailable',
  'NotFound',
] as const;
export type FailureClass = (typeof failureClasses)[number];

/** A number for some of the kinds. */
export type ByFailureClass = Readonly<Partial<Record<FailureClass, number>>>;

const classes: Partial<Record<ErrorCode, FailureClass>> = {
  upstream_bad_request: 'BadRequest',
  upstream_too_large: 'BadRequest',
  upstream_unprocessable: 'BadRequest',
  context_window_exceeded: 'BadRequest',
  unsupported_parameter: 'BadRequest',
  upstream_authentication: 'Authentication',
  upstream_permission: 'Authentication',
  upstream_timeout: 'Timeout',
  upstream_rate_limited: 'RateLimit',
  content_policy_violation: 'ContentPolicyViolation',
  upstream_internal: 'InternalServer',
  upstream_unreachable: 'InternalServer',
  upstream_connection_lost: 'InternalServer',
  upstream_invalid_response: 'InternalServer',
  upstream_stream_truncated: 'InternalServer',
  upstream_stream_error: 'InternalServer',
  upstream_overloaded: 'ServiceUnavailable',
  upstream_not_found: 'NotFound',
};

/** Undefined for what no provider is to blame for. */
export function failureClassOf(code: ErrorCode): FailureClass | undefined {
  return classes[code];
}
