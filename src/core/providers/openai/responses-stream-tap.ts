/** Passes a stream of the Responses API through in whole, checked events, and reads usage and completeness on the way. */
// https://platform.openai.com/docs/api-reference/responses-streaming
import { GatewayError } from '../../errors/gateway-error.js';
import type { NativeStreamTap } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';
import { WholeEventDecoder } from '../../transport/whole-event-decoder.js';
import { findReportedError } from '../openai-compatible/parse-error.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { toUsage } from './responses-usage.js';

const ends: ReadonlySet<unknown> = new Set(['response.completed', 'response.incomplete', 'response.failed']);

export class ResponsesStreamTap implements NativeStreamTap {
  finished = false;
  contentEvents = 0;
  usage: Usage | undefined;
  private readonly decoder = new WholeEventDecoder();

  constructor(private readonly provider: string) {}

  get beforeFault(): Buffer | undefined {
    return this.decoder.beforeFault;
  }

  push(bytes: Buffer): Buffer | undefined {
    return this.finished ? undefined : this.decoder.push(bytes, (data) => this.read(data));
  }

  end(): undefined {
    if (!this.finished) throw new GatewayError('upstream_stream_truncated', { provider: this.provider });
  }

  private read(data: string): boolean {
    // Some servers close with chat's end marker as well.
    if (data.trim() === '[DONE]') return false;
    const event = readJsonAnswer(data, this.provider);
    const { type } = event;
    if (type === 'error') throw this.reported(event);
    if (typeof type === 'string' && type.endsWith('.delta')) this.contentEvents += 1;
    if (!ends.has(type)) return false;
    this.usage = toUsage(objectOf(event['response']));
    this.finished = true;
    return true;
  }

  /** The error's members stand in the event itself. */
  private reported(event: Readonly<Record<string, unknown>>): GatewayError {
    return (
      findReportedError({ error: event['error'] ?? event }, this.provider, 'upstream_stream_error') ??
      invalidAnswer(this.provider, 'an error event says nothing')
    );
  }
}
