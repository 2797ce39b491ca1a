/** AWS's error answers, and the exceptions within its streams, as errors of the catalog. */
// https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
import type { ErrorCode } from '../../errors/catalog.js';
import { GatewayError } from '../../errors/gateway-error.js';
import type { InboundResponse } from '../../spec/outbound.js';
import type { AwsStreamMessage } from '../../transport/aws-event-stream-decoder.js';
import { maskSecrets } from '../openai-compatible/mask-secrets.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** By the exception's name, in lower case and without `Exception`. */
const byName = new Map<string, ErrorCode>(
  Object.entries({
    accessdenied: 'upstream_permission',
    expiredtoken: 'upstream_authentication',
    incompletesignature: 'upstream_authentication',
    internalfailure: 'upstream_internal',
    internalserver: 'upstream_internal',
    internalstreamfailure: 'upstream_internal',
    invalidclienttokenid: 'upstream_authentication',
    invalidsignature: 'upstream_authentication',
    missingauthenticationtoken: 'upstream_authentication',
    modelerror: 'upstream_internal',
    modelnotready: 'upstream_overloaded',
    modeltimeout: 'upstream_timeout',
    resourcenotfound: 'upstream_not_found',
    servicequotaexceeded: 'upstream_rate_limited',
    serviceunavailable: 'upstream_overloaded',
    signaturedoesnotmatch: 'upstream_authentication',
    throttling: 'upstream_rate_limited',
    toomanyrequests: 'upstream_rate_limited',
    unrecognizedclient: 'upstream_authentication',
  } satisfies Record<string, ErrorCode>),
);
const contextWindow =
  /input is too long|prompt is too long|too many (?:input |total )?tokens|(?:maximum|max) (?:context|input|number of input)|context (?:length|window)|exceed\w* the (?:model's )?(?:maximum|context|limit of)[^.]*token|input length and `?max_tokens`? exceed/i;
const contentPolicy =
  /content filter(?:s|ing)? polic|blocked by (?:our |the )?content|responsible ai polic|AUP policy/i;
/** A bad API key is told apart from a missing permission by the message alone. */
const badKey = /api key (?:is|has)[^.]*(?:invalid|expired|not valid)|make sure your api key is valid|bearer token/i;

/** Never throws. */
export function parseAwsError(response: InboundResponse, provider: string): GatewayError {
  const base = parseOpenAiError(response, provider);
  const body = objectIn(response.body);
  const name = exceptionName(response.headers['x-amzn-errortype'] ?? body['__type'] ?? body['code'] ?? body['Code']);
  const said = messageOf(body);
  const message = said === undefined ? base.message : maskSecrets(said);
  const code = codeOf(name, said ?? '', response.status) ?? base.code;
  const { status, retryAfterMs, detail } = base;
  return new GatewayError(code, { message, status, retryAfterMs, provider, ...(said === undefined && { detail }) });
}

/** The error that an exception within a stream stands for. */
export function streamFault({ name, payload, errorMessage }: AwsStreamMessage, provider: string): GatewayError {
  const body = objectIn(payload);
  const said = messageOf(body) ?? errorMessage;
  const known = codeOf(exceptionName(name), said ?? '', 400);
  const code = known === undefined || known === 'upstream_internal' ? 'upstream_stream_error' : known;
  const message =
    said !== undefined ? maskSecrets(said) : known === 'upstream_timeout' ? 'The model timed out.' : undefined;
  return new GatewayError(code, { message, provider });
}

function codeOf(name: string, message: string, status: number): ErrorCode | undefined {
  const isRefusal = status === 400 || status === 413 || status === 422 || name === 'modelerror';
  if (isRefusal && contextWindow.test(message) && !byName.get(name)?.endsWith('limited'))
    return 'context_window_exceeded';
  if (isRefusal && contentPolicy.test(message)) return 'content_policy_violation';
  if (status === 403 && badKey.test(message)) return 'upstream_authentication';
  // A refusal is one whatever its status.
  if (name === 'validation' || name === 'validationerror') return 'upstream_bad_request';
  return byName.get(name);
}

/** `ValidationException:http://...` in a header, `com.amazon.coral.service#UnrecognizedClientException` in a body. */
function exceptionName(given: unknown): string {
  const text = Array.isArray(given) ? (given[0] as unknown) : given;
  if (typeof text !== 'string') return '';
  const [type = ''] = text.split(':');
  return (type.split('#').at(-1) ?? '').toLowerCase().replace(/exception$/, '');
}

/** SageMaker says what the container answered in `OriginalMessage`. */
function messageOf(body: JsonObject): string | undefined {
  const { message, Message: capital, originalMessage, OriginalMessage: original } = body;
  const said = [message, capital, originalMessage, original].filter((each) => typeof each === 'string' && each !== '');
  return said.length === 0 ? undefined : [...new Set(said)].join(' ');
}

function objectIn(bytes: Uint8Array): JsonObject {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof parsed === 'object' && parsed !== null ? (parsed as JsonObject) : {};
  } catch {
    // A page of a proxy, or nothing: the status alone speaks.
    return {};
  }
}
