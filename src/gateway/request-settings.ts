/** What a request asks of the gateway itself: the LiteLLM headers and body members that are not the provider's business. */
import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../core/errors/gateway-error.js';
import { guardrailMembers, readAskedGuardrails } from '../guardrails/asked-guardrails.js';
import type { AskedGuardrails } from '../guardrails/guard-plan.js';
import { readRequestRouting, routingMembers, type RequestRouting } from './request-routing.js';

/** A JSON body with a model: all that endpoints have in common. */
export interface ModelRequest {
  readonly model: string;
  readonly [param: string]: unknown;
}

export interface RequestSettings<Body = ModelRequest> {
  readonly timeoutMs: number | undefined;
  readonly streamTimeoutMs: number | undefined;
  readonly maxRetries: number | undefined;
  readonly tags: readonly string[];
  readonly endUser: string | undefined;
  readonly sessionId: string | undefined;
  /** Undefined where the request says nothing of it. */
  readonly routing: RequestRouting | undefined;
  /** Guardrails that the request asks for; undefined where it says nothing of them. */
  readonly guardrails?: AskedGuardrails | undefined;
  /** The body as the client has sent it. */
  readonly given: ModelRequest;
  /** The body for the provider: without the members that are read here. */
  readonly body: Body;
}

/** What members mean that LiteLLM and the client's dialect both have. */
export interface MemberMeaning<Body> {
  /** True where `metadata` is the provider's business. */
  readonly ownsMetadata: (body: Body) => boolean;
  /** Whom the request is made for, as the dialect says it. */
  readonly endUserOf: (body: Body) => unknown;
}

const chatMeaning: MemberMeaning<ModelRequest> = {
  // OpenAI takes it for stored completions only; elsewhere it is LiteLLM's own.
  ownsMetadata: (body) => body['store'] === true,
  endUserOf: (body) => body['user'],
};

/** What goes into the ledger is bounded: the rest of a longer text says nothing new. */
const maxTextLength = 256;
const maxTags = 100;

/** Members of LiteLLM's clients that steer the gateway; a provider would refuse them. */
const gatewayMembers: ReadonlySet<string> = new Set([
  'timeout',
  'stream_timeout',
  'num_retries',
  'max_retries',
  'tags',
  'metadata',
  'litellm_metadata',
  'litellm_session_id',
  'litellm_trace_id',
  'litellm_call_id',
  'turn_off_message_logging',
  'cache',
  ...guardrailMembers,
  ...routingMembers,
]);

/** @throws GatewayError `invalid_request` naming the header or member that cannot be followed */
export function readRequestSettings<Body extends ModelRequest>(
  body: Body,
  headers: IncomingHttpHeaders,
  { ownsMetadata, endUserOf }: MemberMeaning<Body> = chatMeaning,
): RequestSettings<Body> {
  const metadata = isObject(body['metadata']) ? body['metadata'] : undefined;
  return {
    timeoutMs: seconds(headers, 'x-litellm-timeout', body, 'timeout'),
    streamTimeoutMs: seconds(headers, 'x-litellm-stream-timeout', body, 'stream_timeout'),
    maxRetries: count(headers, 'x-litellm-num-retries', body, 'num_retries'),
    tags: tagsOf(headers['x-litellm-tags'], body['tags'] ?? metadata?.['tags']),
    endUser: text(headers['x-litellm-end-user-id']) ?? text(headers['x-litellm-customer-id']) ?? text(endUserOf(body)),
    sessionId:
      text(headers['x-litellm-session-id']) ?? text(body['litellm_session_id']) ?? text(metadata?.['session_id']),
    routing: readRequestRouting(body, body.model, headers),
    guardrails: readAskedGuardrails(body),
    given: body,
    body: forProvider(body, ownsMetadata(body)),
  };
}

function forProvider<Body extends ModelRequest>(body: Body, keepsMetadata: boolean): Body {
  const taken: string[] = [];
  for (const member in body) {
    if (gatewayMembers.has(member) && !(member === 'metadata' && keepsMetadata)) taken.push(member);
  }
  if (taken.length === 0) return body;
  const rest: Record<string, unknown> = { ...body };
  for (const member of taken) delete rest[member];
  return rest as unknown as Body;
}

function seconds(headers: IncomingHttpHeaders, header: string, body: ModelRequest, member: string): number | undefined {
  const value = headers[header] ?? body[member];
  if (value === undefined || value === null) return undefined;
  const number = numberOf(value);
  if (!(number > 0) || number > 2_000_000)
    throw invalid(headers[header] === undefined ? member : header, 'must be a number of seconds above 0.');
  return number * 1000;
}

function count(headers: IncomingHttpHeaders, header: string, body: ModelRequest, member: string): number | undefined {
  const value = headers[header] ?? body[member];
  if (value === undefined || value === null) return undefined;
  const number = numberOf(value);
  if (!Number.isInteger(number) || number < 0 || number > 10) {
    throw invalid(headers[header] === undefined ? member : header, 'must be a whole number from 0 to 10.');
  }
  return number;
}

/** Headers are text; a member may be either. NaN for what is no decimal number. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : NaN;
}

function tagsOf(header: string | string[] | undefined, member: unknown): readonly string[] {
  const fromHeader =
    header === undefined
      ? []
      : String(header)
          .split(',')
          .map((tag) => tag.trim());
  const fromBody = Array.isArray(member) ? member.filter((tag) => typeof tag === 'string') : [];
  return [...fromHeader, ...fromBody]
    .filter((tag) => tag !== '')
    .slice(0, maxTags)
    .map((tag) => tag.slice(0, maxTextLength));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, maxTextLength) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(param: string, what: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` ${what}` } });
}
