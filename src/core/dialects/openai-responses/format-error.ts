/** Writes a GatewayError within a stream of the Responses API; a whole answer's error has OpenAI's common envelope. */
// https://platform.openai.com/docs/api-reference/responses-streaming/error
import type { GatewayError } from '../../errors/gateway-error.js';

/** @param sequence the event's number within its stream */
export function responsesErrorEvent({ code, message, param }: GatewayError, sequence: number): string {
  const event = { type: 'error', sequence_number: sequence, code, message, param: param ?? null };
  return `event: error\ndata: ${JSON.stringify(event)}\n\n`;
}
