/** Maps the error bodies of OpenAI-compatible providers, and the many near misses of that envelope, to the catalog. */
import type { ErrorCode } from '../../errors/catalog.js';
import { GatewayError } from '../../errors/gateway-error.js';
import { upstreamCodeOf } from '../../errors/upstream-status.js';
import type { InboundResponse } from '../../spec/outbound.js';
import { maskSecrets } from './mask-secrets.js';
import { parseRetryAfter } from './retry-after.js';

/** What any of the known envelopes says. */
interface ReportedError {
  readonly message?: string;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
}

/** Reads an answer that is no completion; the upstream's status and message are kept. Never throws. */
export function parseOpenAiError(response: InboundResponse, provider: string): GatewayError {
  const text = new TextDecoder().decode(response.body);
  const body = parseJson(text);
  if (response.status < 300) {
    const within = findReportedError(body, provider, 'upstream_internal');
    if (within) return within;
  }
  const reported = readError(body) ?? {};
  const code = codeOf(reported, response.status);
  const message = reported.message ? maskSecrets(reported.message) : defaultMessage(code, response.status);
  return new GatewayError(code, {
    message,
    status: response.status >= 400 ? response.status : undefined,
    param: reported.param,
    retryAfterMs: parseRetryAfter(response.headers),
    provider,
    detail: reported.message ? undefined : maskSecrets(text).slice(0, 500),
  });
}

/**
 * The error that a 2xx body or a stream event carries; undefined where it carries none.
 * `fallback` is the code where the report does not say more than that something failed.
 */
export function findReportedError(
  body: unknown,
  provider: string,
  fallback: 'upstream_internal' | 'upstream_stream_error',
): GatewayError | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { error, object } = body as { error?: unknown; object?: unknown };
  // `{"object":"error","message":...}` is how older vLLM servers report.
  if (!error && object !== 'error') return undefined;
  const reported = readError(body) ?? {};
  const status = statusOf(reported);
  const known = codeOf(reported, status);
  const code = known === 'upstream_internal' ? fallback : known;
  return new GatewayError(code, {
    message: reported.message ? maskSecrets(reported.message) : undefined,
    status: status !== 500 || known !== 'upstream_internal' ? status : undefined,
    param: reported.param,
    provider,
  });
}

function readError(body: unknown): ReportedError | undefined {
  if (typeof body === 'string') return { message: body };
  if (Array.isArray(body)) return readError(body[0]);
  if (typeof body !== 'object' || body === null) return undefined;
  const record = body as Record<string, unknown>;
  const errors = record['errors'] as readonly unknown[] | undefined;
  const inner = record['error'] ?? (Array.isArray(errors) ? (errors[0] as unknown) : undefined);
  if (typeof inner === 'object' && inner !== null) return readError(inner);
  const message = [record['message'], inner, record['detail'], record['msg'], record['error_msg']]
    .map(readMessage)
    .find((found) => found !== undefined);
  const code = record['code'] ?? record['status'];
  return {
    message,
    type: stringOf(record['type']),
    code: typeof code === 'number' ? String(code) : stringOf(code),
    param: stringOf(record['param']),
  };
}

/** A text, or FastAPI's list of `{loc, msg}`. */
function readMessage(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (Array.isArray(value)) {
    const parts = value.map((item: unknown) => {
      const { loc, msg } = Object(item) as { loc?: unknown; msg?: unknown };
      return typeof msg === 'string' ? `${Array.isArray(loc) ? `${loc.join('.')}: ` : ''}${msg}` : undefined;
    });
    return parts.filter((part) => part !== undefined).join('; ') || undefined;
  }
  return typeof value === 'object' && value !== null ? readError(value)?.message : undefined;
}

const contextWindow =
  /context[ _](?:length|window)|maximum (?:context|prompt|input|model)[ _]?(?:context )?length|too many (?:input )?tokens|prompt is too long|(?:input|prompt|request)[^.]{0,40} (?:exceeds?|longer than)[^.]{0,60}(?:token|context)/i;
const contentPolicy = /content[ _-]?(?:policy|filter|management policy)|safety system|flagged (?:by|for) moderation/i;

function codeOf({ message = '', type = '', code = '' }: ReportedError, status: number): ErrorCode {
  const mayBeContent = status === 400 || status === 403 || status === 413 || status === 422 || status >= 500;
  if (mayBeContent) {
    if (code === 'context_length_exceeded' || type === 'context_length_exceeded') return 'context_window_exceeded';
    if (status < 500 && contextWindow.test(message)) return 'context_window_exceeded';
    if (contentPolicy.test(code) || contentPolicy.test(type)) return 'content_policy_violation';
    if (status < 500 && contentPolicy.test(message)) return 'content_policy_violation';
  }
  if (code === 'insufficient_quota' || code === 'rate_limit_exceeded') return 'upstream_rate_limited';
  return upstreamCodeOf(status);
}

const byType: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  BadRequestError: 400,
  authentication_error: 401,
  invalid_api_key: 401,
  permission_error: 403,
  not_found_error: 404,
  model_not_found: 404,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  overloaded_error: 503,
  context_length_exceeded: 400,
  content_filter: 400,
};

/** The status that an error inside a 200 would have had, as far as it says. */
function statusOf({ code = '', type = '' }: ReportedError): number {
  const numeric = Number(code);
  if (Number.isInteger(numeric) && numeric >= 400 && numeric < 600) return numeric;
  return byType[code] ?? byType[type] ?? 500;
}

/** Catalog texts that have places to fill need another wording where the provider said nothing. */
function defaultMessage(code: ErrorCode, status: number): string | undefined {
  if (code === 'upstream_timeout') return 'The provider reported a timeout.';
  return code === 'upstream_invalid_response' ? `The provider answered with the status ${status}.` : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: an HTML page of a proxy, or plain text. The status alone decides then.
    return undefined;
  }
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
