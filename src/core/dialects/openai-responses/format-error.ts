/** Writes a GatewayError within a stream of the Responses API; a whole answer's error has OpenAI's common envelope. */
// https://platform.openai.com/docs/api-reference/responses-streaming/error
import type { GatewayError } from '../../errors/gateway-error.js';

export function responsesErrorEvent({ code, message, param }: GatewayError): string {
  return `event: error\ndata: ${JSON.stringify({ type: 'error', code, message, param: param ?? null })}\n\n`;
}
