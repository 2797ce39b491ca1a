/** Temporary access keys as AWS's services hand them out, on their way to being used. */
import { GatewayError } from '../../../errors/gateway-error.js';
import type { CredentialRequest, ExchangeContext, ExchangedCredentials } from '../../../spec/credential-exchange.js';
import type { OutboundRequest } from '../../../spec/outbound.js';
import type { AwsKeys } from '../aws-signature.js';

export interface KeyContext extends ExchangeContext {
  /** The id of the provider, for errors. */
  readonly provider: string;
}

export interface TemporaryKeys extends AwsKeys {
  /** Epoch milliseconds. */
  readonly expiresAtMs: number;
}

export type Step = ExchangedCredentials | CredentialRequest | Promise<CredentialRequest>;

/** What keys are for: the credentials themselves, or the next step, such as a role that they assume. */
export type UseKeys = (keys: TemporaryKeys, nowMs: number) => Step;

type Answer = Readonly<Record<string, unknown>>;

/** Keys from a file or the environment are read anew after so long: whoever writes them may replace them. */
const rereadAfterMs = 15 * 60_000;

export function lasting(keys: AwsKeys, nowMs: number): TemporaryKeys {
  return { ...keys, expiresAtMs: nowMs + rereadAfterMs };
}

export function toCredentials({ accessKeyId, secretAccessKey, sessionToken, expiresAtMs }: TemporaryKeys): Step {
  const credentials = {
    awsAccessKeyId: accessKeyId,
    awsSecretAccessKey: secretAccessKey,
    ...(sessionToken !== undefined && { awsSessionToken: sessionToken }),
  };
  return { credentials, expiresAtMs };
}

/** The keys in an answer's members; `Token` is what metadata services call the session token. */
export function readKeys(answer: Answer, nowMs: number): TemporaryKeys | undefined {
  const { AccessKeyId: id, SecretAccessKey: secret, SessionToken, Token, Expiration: expiry } = answer;
  const token = SessionToken ?? Token;
  if (typeof id !== 'string' || typeof secret !== 'string') return undefined;
  const expiresAtMs = typeof expiry === 'number' ? expiry * 1_000 : Date.parse(String(expiry));
  return {
    accessKeyId: id,
    secretAccessKey: secret,
    ...(typeof token === 'string' && { sessionToken: token }),
    expiresAtMs: Number.isNaN(expiresAtMs) ? nowMs + rereadAfterMs : expiresAtMs,
  };
}

export function parseObject(text: string): Answer | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Answer) : undefined;
  } catch {
    // XML, or a page of a proxy.
    return undefined;
  }
}

export function objectOf(value: unknown): Answer {
  return typeof value === 'object' && value !== null ? (value as Answer) : {};
}

export function get(url: URL, headers: Readonly<Record<string, string>>): OutboundRequest {
  return { method: 'GET', origin: url.origin, path: `${url.pathname}${url.search}`, headers };
}

export function authenticationError(provider: string, reason: string): GatewayError {
  return new GatewayError('upstream_authentication', { message: `AWS: ${reason}`, provider });
}
