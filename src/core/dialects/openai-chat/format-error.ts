/** Writes a GatewayError as OpenAI's envelope, as a body or as an event within a stream that has begun. */
import type { GatewayError } from '../../errors/gateway-error.js';

/** `code` is the status as a string, as LiteLLM's clients expect it. */
export function openAiErrorBody(error: GatewayError): string {
  const { message, type, param, status } = error;
  return JSON.stringify({ error: { message, type, param: param ?? null, code: String(status) } });
}

/** No [DONE] follows: a client must not take the answer for complete. */
export function openAiErrorEvent(error: GatewayError): string {
  return `data: ${openAiErrorBody(error)}\n\n`;
}
