/** Writes an answer of the Responses API; a stream that fails ends with the numbered events that say so. */
import type { ServerResponse } from 'node:http';
import { openAiErrorBody } from '../../core/dialects/openai-chat/format-error.js';
import { responsesErrorEvent } from '../../core/dialects/openai-responses/format-error.js';
import type { GatewayError } from '../../core/errors/gateway-error.js';
import { SseWriter } from '../sse-writer.js';

const errors = { body: openAiErrorBody, event: (error: GatewayError) => responsesErrorEvent(error, 0) };

export class ResponsesWriter extends SseWriter {
  /** Writes the last events of a stream that fails, where whoever made its events can. */
  endingOf: ((error: GatewayError) => string | undefined) | undefined;
  /** Its makers know only what they have made, and not what guardrails have left of it. */
  isGuarded = false;
  private lastPart: Buffer | string = '';

  constructor(response: ServerResponse) {
    super(response, errors);
  }

  override write(part: Buffer | string): boolean {
    this.lastPart = part;
    return super.write(part);
  }

  protected override breakOff(error: GatewayError): void {
    const ending = this.isGuarded ? undefined : this.endingOf?.(error);
    this.response.end(ending ?? responsesErrorEvent(error, nextNumber(this.lastPart.toString())));
  }
}

/** The number that follows on the last of `events`. */
function nextNumber(events: string): number {
  const at = events.lastIndexOf('"sequence_number"');
  const match = at < 0 ? null : /^"sequence_number"\s*:\s*(\d+)/.exec(events.slice(at, at + 64));
  return match ? Number(match[1]) + 1 : 0;
}
