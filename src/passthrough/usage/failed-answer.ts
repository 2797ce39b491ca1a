/** What an answer with a status of failure is in the ledger: a row of the catalog, in the provider's own public words. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import { upstreamCodeOf } from '../../core/errors/upstream-status.js';
import { maskSecrets } from '../../core/providers/openai-compatible/mask-secrets.js';
import type { AnswerHead } from '../../core/spec/index.js';

/** The rest says nothing new. */
export const maxErrorBytes = 64 * 1024;

const maxMessageLength = 500;

export function failureOf({ status }: AnswerHead, body: Buffer, provider: string): GatewayError {
  const message = messageIn(body) ?? `The provider answered with the status ${status}.`;
  return new GatewayError(upstreamCodeOf(status), { status, provider, message });
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
