/** Turns the bytes of a server-sent event stream, cut anywhere, into its events. */
import { createParser, type EventSourceParser } from 'eventsource-parser';
import { GatewayError } from '../errors/gateway-error.js';

export interface SseEvent {
  /** The `event:` field; absent where the stream names none. */
  readonly event?: string | undefined;
  /** The `data:` lines, joined by line feeds. */
  readonly data: string;
}

export interface SseDecoderOptions {
  /** Largest `data` of one event in UTF-8 bytes; 1 MiB where not given. */
  readonly maxEventBytes?: number;
}

const defaultMaxEventBytes = 1024 * 1024;
/** No UTF-16 unit takes more bytes than this in UTF-8. */
const maxBytesPerUnit = 3;

/**
 * Decodes as https://html.spec.whatwg.org/multipage/server-sent-events.html says: any line end, comments skipped, an
 * event dispatched by its blank line only. Malformed UTF-8 becomes U+FFFD.
 *
 * `push` throws `upstream_invalid_response` for an event above the limit, also while it is still incomplete (counted
 * in UTF-16 units until it is whole). Events before it in the same bytes are handed out first: then the next call throws.
 * A decoder that has thrown takes no more.
 */
export class SseDecoder {
  private readonly text = new TextDecoder('utf-8');
  private readonly parser: EventSourceParser;
  private readonly maxEventBytes: number;
  private events: SseEvent[] = [];
  private tooLarge = false;
  /** Units received since anything that means something: the parser drops lines that are no fields without a trace. */
  private idleUnits = 0;

  constructor(options: SseDecoderOptions = {}) {
    this.maxEventBytes = options.maxEventBytes ?? defaultMaxEventBytes;
    this.parser = createParser({
      maxBufferSize: this.maxEventBytes,
      onComment: () => {
        this.idleUnits = 0;
      },
      onEvent: (event) => {
        this.idleUnits = 0;
        if (this.exceedsLimit(event.data)) this.tooLarge = true;
        else if (!this.tooLarge) this.events.push(event);
      },
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') this.tooLarge = true;
      },
    });
  }

  /** The events that these bytes complete. */
  push(bytes: Uint8Array): SseEvent[] {
    return this.feed(this.text.decode(bytes, { stream: true }));
  }

  /** The stream is over: a last event without its blank line is not dispatched. */
  end(): SseEvent[] {
    return this.feed(this.text.decode());
  }

  private feed(text: string): SseEvent[] {
    this.idleUnits += text.length;
    if (!this.tooLarge && text !== '') this.parser.feed(text);
    if (this.idleUnits > this.maxEventBytes) this.tooLarge = true;
    if (this.tooLarge && this.events.length === 0) {
      throw new GatewayError('upstream_invalid_response', {
        facts: { reason: `an event of its stream is larger than ${this.maxEventBytes} bytes` },
      });
    }
    const events = this.events;
    this.events = [];
    return events;
  }

  private exceedsLimit(data: string): boolean {
    if (data.length * maxBytesPerUnit <= this.maxEventBytes) return false;
    return data.length > this.maxEventBytes || Buffer.byteLength(data) > this.maxEventBytes;
  }
}
