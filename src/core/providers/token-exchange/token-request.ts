/** One request to a token service, and what its answer leads to; all credential exchanges that speak OAuth share it. */
// https://datatracker.ietf.org/doc/html/rfc6749#section-5
import { GatewayError } from '../../errors/gateway-error.js';
import type { CredentialRequest, ExchangedCredentials } from '../../spec/credential-exchange.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { maskSecrets } from '../openai-compatible/mask-secrets.js';

export type TokenAnswer = Readonly<Record<string, unknown>>;

export interface AccessToken {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number;
  /** The whole answer, for what a service tells besides. */
  readonly answer: TokenAnswer;
}

/** What a token is for: the credentials themselves, or the next step. */
export type UseToken = (token: AccessToken) => ExchangedCredentials | CredentialRequest;

/** Whom a refusal is reported for; all of it is shown to the operator, so none of it is secret. */
export interface TokenService {
  readonly provider: string;
  /** Such as `IBM Cloud IAM`. */
  readonly name: string;
  /** What was presented: `the API key`, `the service account x@y`. */
  readonly whose: string;
  /** What to do about a refusal; a whole sentence. */
  readonly advice: string;
}

/** Where a service does not say how long a token lives. */
const defaultLifeSeconds = 3_600;
const tokenMembers = ['access_token', 'accessToken', 'token'];

/** A POST of a form; members that are undefined are left out. */
export function postForm(
  url: URL,
  form: Readonly<Record<string, string | undefined>>,
  headers: Readonly<Record<string, string>> = {},
): OutboundRequest {
  const given = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const body = new URLSearchParams(given).toString();
  return post(url, body, { 'content-type': 'application/x-www-form-urlencoded', ...headers });
}

/** A POST of JSON. */
export function postJson(url: URL, value: unknown, headers: Readonly<Record<string, string>> = {}): OutboundRequest {
  return post(url, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
}

/**
 * Sends `request` and reads its token: `access_token` of OAuth, or what the services call it that came before.
 * `read` throws `upstream_authentication` for every other answer.
 */
export function tokenRequest(request: OutboundRequest, service: TokenService, use: UseToken): CredentialRequest {
  return {
    request,
    read(response, nowMs) {
      const answer = readTokenAnswer(response, service);
      const token = tokenMembers.map((member) => answer[member]).find((value) => typeof value === 'string');
      if (typeof token !== 'string' || token === '') throw refusal(service, 'its answer holds no token');
      return use({ token, expiresAtMs: expiryOf(answer, nowMs), answer });
    },
  };
}

/** A JSON answer of success. @throws GatewayError `upstream_authentication` */
export function readTokenAnswer(response: InboundResponse, service: TokenService): TokenAnswer {
  const { status } = response;
  const answer = parseObject(new TextDecoder().decode(response.body));
  if (status < 200 || status > 299) throw refusal(service, readRefusal(answer, status));
  if (!answer) throw refusal(service, 'its answer is not JSON');
  return answer;
}

export function refusal({ provider, name, whose, advice }: TokenService, reason: string): GatewayError {
  const message = `${name} gave no token for ${whose} (${reason}). ${advice}`;
  return new GatewayError('upstream_authentication', { message, provider });
}

function post(url: URL, body: string, headers: Readonly<Record<string, string>>): OutboundRequest {
  const path = `${url.pathname}${url.search}`;
  return { method: 'POST', origin: url.origin, path, headers: { accept: 'application/json', ...headers }, body };
}

function parseObject(text: string): TokenAnswer | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as TokenAnswer) : undefined;
  } catch {
    // A page of a proxy, or plain text: the status alone speaks.
    return undefined;
  }
}

/** `expireTime` of Google's IAM is a date; `expires_in` comes as a number and as text. */
function expiryOf(answer: TokenAnswer, nowMs: number): number {
  const atMs = typeof answer['expireTime'] === 'string' ? Date.parse(answer['expireTime']) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  const seconds = Number(answer['expires_in'] ?? defaultLifeSeconds);
  return nowMs + (Number.isFinite(seconds) && seconds >= 0 ? seconds : defaultLifeSeconds) * 1_000;
}

/** `{error, error_description}` of OAuth, `{error: {status, message}}` of Google, `{errorCode, errorMessage}` of IBM. */
function readRefusal(answer: TokenAnswer | undefined, status: number): string {
  const { error, error_description: description, errorCode, errorMessage, message } = answer ?? {};
  const inner = (typeof error === 'object' && error !== null ? error : {}) as TokenAnswer;
  const parts = [
    typeof error === 'string' ? error : (inner['status'] ?? errorCode),
    description ?? inner['message'] ?? errorMessage ?? message,
  ];
  const said = parts.filter((part): part is string => typeof part === 'string' && part !== '').join(': ');
  return said === '' ? `it answered with the status ${status}` : maskSecrets(said).slice(0, 300);
}
