/** Which headers go on to the other side, in both directions: the one place that knows what belongs to a connection, and what to the gateway. */
import type { IncomingHttpHeaders } from 'node:http';
import type { InboundHeaders } from '../core/spec/index.js';
import { userKeyHeader } from './entries/given-key.js';

/** https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1, and what HTTP/1.1 servers take for one of them. */
const hopByHop: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['proxy-authenticate', 'proxy-authorization', 'proxy-authentication-info', 'http2-settings'],
]);

/** Each side has its own; a client's keys are the gateway's business, and so are cookies, since one host stands for many. */
const ownOfClient: ReadonlySet<string> = new Set([
  ...['host', 'content-length', 'expect', 'authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie'],
  ...[
    'ocp-apim-subscription-key',
    userKeyHeader,
    'forwarded',
    'via',
    'x-real-ip',
    'cf-connecting-ip',
    'true-client-ip',
  ],
  // Signatures of a client are made with the gateway's key.
  ...['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'],
]);
const gatewaysOwn = /^(?:x-litellm-|x-forwarded-|x-original-|x-rewrite-|x-envoy-)/;

/** They say something of the whole host that they came from, which is not the gateway's. */
const ownOfUpstream: ReadonlySet<string> = new Set([
  ...['set-cookie', 'set-cookie2', 'alt-svc', 'strict-transport-security', 'public-key-pins', 'clear-site-data'],
  ...['nel', 'report-to', 'reporting-endpoints', 'service-worker-allowed', 'content-security-policy-report-only'],
]);

/** What says how a body is to be read and which answer is wanted: sent also where a client's headers are not. */
const ofContent = /^(?:accept|accept-(?:charset|encoding|language|ranges)|content-.*|range|if-.*|user-agent|cache-control|idempotency-key|x-http-.*|sec-websocket-.*)$/; // prettier-ignore

const passPrefix = 'x-pass-';

export interface RequestHeaderRules {
  /** Whether more goes on than what describes the content. */
  readonly forwardsAll: boolean;
  /** `general_settings.litellm_key_header_name`. */
  readonly keyHeader: string | undefined;
  /** Answers are read on their way: they must not be compressed. */
  readonly plainAnswer: boolean;
}

/**
 * A client's headers as they go upstream, lower case; the body's length is left to whoever sends it. What begins with
 * `x-pass-` goes on without it, in the place of a header of that name, and under the same rules.
 */
export function toUpstreamHeaders(headers: IncomingHttpHeaders, rules: RequestHeaderRules): Record<string, string> {
  const named = namedByConnection(headers.connection);
  const sent: Record<string, string> = {};
  const passed: Record<string, string> = {};
  for (const [name, given] of Object.entries(headers)) {
    if (given === undefined) continue;
    const isPassed = name.startsWith(passPrefix);
    const meant = isPassed ? name.slice(passPrefix.length) : name;
    if (meant === '' || named.has(name) || !mayGoUp(meant, isPassed, rules)) continue;
    if (!isPassed && !rules.forwardsAll && !ofContent.test(meant)) continue;
    (isPassed ? passed : sent)[meant] = Array.isArray(given) ? given.join(', ') : given;
  }
  Object.assign(sent, passed);
  if (rules.plainAnswer) sent['accept-encoding'] = 'identity';
  return sent;
}

/** An explicit `x-pass-authorization` is a client's own credential for the target, and never the gateway's key. */
function mayGoUp(name: string, isPassed: boolean, { keyHeader }: RequestHeaderRules): boolean {
  if (hopByHop.has(name) || name === 'host' || name === 'content-length' || name === 'expect') return false;
  if (gatewaysOwn.test(name) || name === keyHeader) return false;
  return isPassed || !ownOfClient.has(name);
}

/** An upstream's headers as its client gets them. */
export function toClientHeaders(headers: InboundHeaders): Record<string, string | string[]> {
  const named = namedByConnection(headers['connection']);
  const sent: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || hopByHop.has(name) || ownOfUpstream.has(name) || named.has(name)) continue;
    // The gateway's own names say what the gateway has done.
    if (name.startsWith('x-litellm-')) continue;
    sent[name] = value;
  }
  return sent;
}

function namedByConnection(connection: string | string[] | undefined): ReadonlySet<string> {
  if (connection === undefined) return none;
  const names = [connection].flat().join(',').toLowerCase().split(',');
  return new Set(names.map((name) => name.trim()));
}

const none: ReadonlySet<string> = new Set();
