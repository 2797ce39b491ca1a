/** One request to one of Google's token services, and what its answer leads to. */
import type { CredentialRequest, ExchangedCredentials } from '../../../spec/credential-exchange.js';
import type { InboundResponse, OutboundRequest } from '../../../spec/outbound.js';
import { maskSecrets } from '../../openai-compatible/mask-secrets.js';
import { authenticationError, objectOf, type CredentialFile } from './credential-file.js';

export interface AccessToken {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number;
}

/** What a token is for: the credentials themselves, or the next step. */
export type UseToken = (token: AccessToken) => ExchangedCredentials | CredentialRequest;

export const cloudPlatformScope = 'https://www.googleapis.com/auth/cloud-platform';

/** Where Google does not say how long a token lives: its shortest default. */
const defaultLifeSeconds = 3_600;

/** A POST of a form. */
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
export function postJson(url: URL, value: unknown, headers: Readonly<Record<string, string>>): OutboundRequest {
  return post(url, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
}

function post(url: URL, body: string, headers: Readonly<Record<string, string>>): OutboundRequest {
  const path = `${url.pathname}${url.search}`;
  return { method: 'POST', origin: url.origin, path, headers: { accept: 'application/json', ...headers }, body };
}

/**
 * Sends `request` and reads OAuth's answer (`access_token`, `expires_in`) or IAM's (`accessToken`, `expireTime`).
 *
 * @param whose whose credentials these are, for messages: `the service account x@y`.
 */
export function tokenRequest(request: OutboundRequest, whose: string, use: UseToken): CredentialRequest {
  return {
    request,
    read(response, nowMs) {
      const answer = readAnswer(response, whose);
      const token = answer['access_token'] ?? answer['accessToken'];
      if (typeof token !== 'string' || token === '') throw refusedBecause(whose, 'its answer holds no token');
      return use({ token, expiresAtMs: expiryOf(answer, nowMs) });
    },
  };
}

/** A JSON answer; anything else, and every error, is a refusal. */
function readAnswer(response: InboundResponse, whose: string): CredentialFile {
  refuseFailure(response, whose);
  const answer = parseObject(readText(response));
  if (!answer) throw refusedBecause(whose, 'its answer is not JSON');
  return answer;
}

/** @throws GatewayError `upstream_authentication` with what an answer says that is no success. */
export function refuseFailure(response: InboundResponse, whose: string): void {
  const { status } = response;
  if (status < 200 || status > 299) throw refusedBecause(whose, readRefusal(parseObject(readText(response)), status));
}

export function readText({ body }: InboundResponse): string {
  return new TextDecoder().decode(body);
}

function parseObject(text: string): CredentialFile | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as CredentialFile) : undefined;
  } catch {
    // A page of a proxy, or plain text: the status alone speaks.
    return undefined;
  }
}

function expiryOf(answer: CredentialFile, nowMs: number): number {
  const expireTime = answer['expireTime'];
  const atMs = typeof expireTime === 'string' ? Date.parse(expireTime) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  const seconds = Number(answer['expires_in'] ?? defaultLifeSeconds);
  return nowMs + (Number.isFinite(seconds) && seconds >= 0 ? seconds : defaultLifeSeconds) * 1_000;
}

/** `{error, error_description}` of OAuth (RFC 6749, 5.2), or `{error: {status, message}}` of Google's APIs. */
function readRefusal(answer: CredentialFile | undefined, status: number): string {
  const error = answer?.['error'];
  const { status: name, message } = objectOf(error);
  const parts = [typeof error === 'string' ? error : name, answer?.['error_description'] ?? message];
  const said = parts.filter((part): part is string => typeof part === 'string' && part !== '').join(': ');
  return said === '' ? `it answered with the status ${status}` : maskSecrets(said).slice(0, 300);
}

function refusedBecause(whose: string, reason: string): Error {
  return authenticationError(
    `Google's token service gave no token for ${whose} (${reason}). Check that the credentials are complete, current and enabled, and that the clock is right.`,
  );
}
