/** ElevenLabs' errors in the terms of the catalog: what is wrong stands under `detail`, as an object, a list or a text. */
// https://elevenlabs.io/docs/developers/resources/error-messages
import { GatewayError } from '../../errors/gateway-error.js';
import type { InboundResponse } from '../../spec/outbound.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { objectOf } from '../openai-compatible/read-answer.js';
import { providerId as provider } from './provider-id.js';

/** Never throws. */
export function parseError(response: InboundResponse): GatewayError {
  const error = parseOpenAiError(response, provider);
  // An account that has spoken enough answers with the status of a wrong key.
  if (statusOf(new TextDecoder().decode(response.body)) !== 'quota_exceeded') return error;
  const { message, status, retryAfterMs } = error;
  return new GatewayError('upstream_permission', { message, status, retryAfterMs, provider });
}

function statusOf(text: string): unknown {
  try {
    return objectOf(objectOf(JSON.parse(text))['detail'])['status'];
  } catch {
    // A page of a proxy: its own status alone speaks.
    return undefined;
  }
}
