/** Passes the event stream of an endpoint besides chat through in whole, checked events, and reads from its last one what it costs. */
// https://platform.openai.com/docs/api-reference/audio/transcript-text-delta-event, /audio/speech-audio-delta-event and /images-streaming
import { GatewayError } from '../../../errors/gateway-error.js';
import type { AnswerStream } from '../../../spec/endpoint-adapter.js';
import type { Usage } from '../../../spec/usage.js';
import { WholeEventDecoder } from '../../../transport/whole-event-decoder.js';
import { findReportedError } from '../parse-error.js';
import type { JsonObject } from '../quirk.js';
import { invalidAnswer, readJsonAnswer } from '../read-answer.js';

export interface EndpointEvents {
  /** The types of events that close the answer. */
  readonly last: ReadonlySet<unknown>;
  /** What such an event says; `before` is what an earlier one said, where an answer has several. */
  readonly usageOf: (event: JsonObject, before: Usage | undefined) => Usage | undefined;
  /** What an answer that is cut off before it told its usage has cost at least. */
  readonly usageBefore?: Usage;
}

/** A picture as base64, which is one event, may be large. */
const maxEventBytes = 32 * 1024 * 1024;

export class EventStream implements AnswerStream {
  readonly contentType = 'text/event-stream; charset=utf-8';
  finished = false;
  contentEvents = 0;
  usage: Usage | undefined;
  private complete = false;
  private readonly decoder = new WholeEventDecoder(maxEventBytes);

  constructor(
    private readonly provider: string,
    private readonly events: EndpointEvents,
  ) {}

  get beforeFault(): Buffer | undefined {
    return this.decoder.beforeFault;
  }

  push(bytes: Buffer): Buffer | undefined {
    return this.finished ? undefined : this.decoder.push(bytes, (data) => this.read(data));
  }

  end(): undefined {
    if (!this.complete) throw new GatewayError('upstream_stream_truncated', { provider: this.provider });
  }

  private read(data: string): boolean {
    if (data.trim() === '[DONE]') {
      this.finished = this.complete;
      return this.finished;
    }
    const event = readJsonAnswer(data, this.provider);
    const { type } = event;
    if (type === 'error') throw this.reported(event);
    this.usage ??= this.events.usageBefore;
    if (type === 'transcript.text.delta') this.contentEvents += 1;
    if (this.events.last.has(type)) {
      this.complete = true;
      this.usage = this.events.usageOf(event, this.usage) ?? this.usage;
    }
    return false;
  }

  /** The error's members stand in the event itself. */
  private reported(event: JsonObject): GatewayError {
    return (
      findReportedError({ error: event['error'] ?? event }, this.provider, 'upstream_stream_error') ??
      invalidAnswer(this.provider, 'an error event says nothing')
    );
  }
}
