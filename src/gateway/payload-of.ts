/** Hands what was asked and answered to whoever keeps it, once the client has its answer. */
import type { KeptPayload } from '../spend/payload-store.service.js';
import type { LlmExchange } from './llm-exchange.js';
import type { LlmRequest } from './llm-request.js';

/** LiteLLM's header: nothing of this request is to be kept. */
const redactionHeader = 'x-litellm-enable-message-redaction';

/** Null where the client wants none of it kept. */
export function payloadOf({ bytes, headers, principal }: LlmRequest, exchange: LlmExchange): KeptPayload | null {
  if (/^(true|1)$/i.test(String(headers[redactionHeader]))) return null;
  return {
    requestId: exchange.requestId,
    startedAtMs: exchange.startedAtMs,
    apiKeyHash: principal.keyHash,
    teamId: principal.teamId,
    request: bytes.length > 0 ? bytes.toString() : undefined,
    response: responseOf(exchange),
  };
}

/** Sound and pictures are not kept; of a stream, the text that was sent. */
function responseOf({ answer, stream, sentText }: LlmExchange): string | undefined {
  if (answer) return isJson(answer.contentType) ? answer.answer.toString() : undefined;
  const text = stream ? sentText?.() : undefined;
  return text === undefined ? undefined : JSON.stringify({ stream: true, content: text });
}

function isJson(contentType: string | undefined): boolean {
  return contentType === undefined || contentType.includes('json');
}
