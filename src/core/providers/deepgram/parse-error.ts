/** Deepgram's errors in the terms of the catalog. */
// https://developers.deepgram.com/docs/errors
import { GatewayError } from '../../errors/gateway-error.js';
import type { InboundResponse } from '../../spec/outbound.js';
import { maskSecrets } from '../openai-compatible/mask-secrets.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { objectOf } from '../openai-compatible/read-answer.js';
import { providerId } from './provider-id.js';

/** The message stands under `err_msg`, or is told by `message` and `details`. Never throws. */
export function parseError(response: InboundResponse): GatewayError {
  const error = parseOpenAiError(response, providerId);
  const said = messageOf(new TextDecoder().decode(response.body));
  if (said === undefined) return error;
  const { code, status, retryAfterMs } = error;
  return new GatewayError(code, { message: maskSecrets(said), status, retryAfterMs, provider: providerId });
}

function messageOf(text: string): string | undefined {
  try {
    const { err_msg: own, message, details } = objectOf(JSON.parse(text));
    const parts = typeof own === 'string' ? [own] : [message, details].filter((part) => typeof part === 'string');
    return parts.length === 0 ? undefined : parts.join(': ');
  } catch {
    // A page of a proxy: the status alone speaks.
    return undefined;
  }
}
