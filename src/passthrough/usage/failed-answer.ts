/** What an answer with a status of failure is in the ledger: a row of the catalog, in the provider's own public words. */
import type { ErrorCode } from '../../core/errors/catalog.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { maskSecrets } from '../../core/providers/openai-compatible/mask-secrets.js';
import type { AnswerHead } from '../../core/spec/index.js';

/** The rest says nothing new. */
export const maxErrorBytes = 64 * 1024;

const maxMessageLength = 500;

const codes: Readonly<Record<number, ErrorCode>> = {
  401: 'upstream_authentication',
  403: 'upstream_permission',
  404: 'upstream_not_found',
  408: 'upstream_timeout',
  413: 'upstream_too_large',
  422: 'upstream_unprocessable',
  429: 'upstream_rate_limited',
  503: 'upstream_overloaded',
  529: 'upstream_overloaded',
};

export function failureOf({ status }: AnswerHead, body: Buffer, provider: string): GatewayError {
  const code = codes[status] ?? (status >= 500 ? 'upstream_internal' : 'upstream_bad_request');
  const message = messageIn(body) ?? `The provider answered with the status ${status}.`;
  return new GatewayError(code, { status, provider, message });
}

/** Where providers have it: `error.message`, `error`, `message`, `detail`. */
function messageIn(body: Buffer): string | undefined {
  try {
    const answer = JSON.parse(body.toString()) as Readonly<Record<string, unknown>>;
    const error = answer['error'];
    const inner = typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>) : {};
    const found = [inner['message'], error, answer['message'], answer['detail'], answer['Message']].find(
      (value) => typeof value === 'string',
    );
    return found && maskSecrets(found).slice(0, maxMessageLength);
  } catch {
    return undefined; // no JSON: its status says enough
  }
}
