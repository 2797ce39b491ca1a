/** Cuts the bytes of a server-sent event stream at its blank lines, so that whole events can be looked at and passed on as they came. */
import { GatewayError } from '../errors/gateway-error.js';

const usualMaxBytes = 1024 * 1024;
/** The blank line that ends an event, in each of the line ends that streams may use. */
const eventEnd = /\n\n|\r\n\r\n|\r\r/g;
/** The length of the longest end of an event, without its last byte. */
const overlap = 3;
const nothing = Buffer.alloc(0);

/**
 * `push` hands the data of each whole event to `read` and returns the bytes of those events, the same buffer's wherever
 * possible. Where `read` throws, or an event is above the limit, the bytes of the events before it are in `beforeFault`.
 */
export class WholeEventDecoder {
  beforeFault: Buffer | undefined;
  private held: Buffer[] = [];
  private heldBytes = 0;

  /** @param maxBytes of one event */
  constructor(private readonly maxBytes = usualMaxBytes) {}

  /** @param read returns true where nothing after the event counts any more */
  push(bytes: Buffer, read: (data: string) => boolean): Buffer | undefined {
    this.beforeFault = undefined;
    if (this.held.length > 0 && !this.mayEndEvent(bytes)) {
      this.hold(bytes);
      return undefined;
    }
    const joined = this.held.length === 0 ? bytes : Buffer.concat([...this.held, bytes]);
    this.held = [];
    this.heldBytes = 0;
    // One byte a character: offsets into the text are offsets into the bytes.
    const text = joined.toString('latin1');
    let from = 0;
    let finished = false;
    try {
      for (const { 0: blank, index } of text.matchAll(eventEnd)) {
        if (index - from > this.maxBytes) throw tooLarge(this.maxBytes);
        const data = dataOf(joined.toString('utf8', from, index));
        // Without data an event is a comment that keeps the connection alive.
        finished = data !== '' && read(data);
        from = index + blank.length;
        if (finished) break;
      }
      if (!finished) this.hold(joined.subarray(from));
    } catch (fault) {
      this.beforeFault = from === 0 ? undefined : joined.subarray(0, from);
      throw fault;
    }
    return from === 0 ? undefined : joined.subarray(0, from);
  }

  /** Large events come in many pieces: they are joined once, and searched once. */
  private mayEndEvent(bytes: Buffer): boolean {
    const before = this.held.at(-1) ?? nothing;
    if (before.length < overlap && this.heldBytes > before.length) return true;
    const text = before.toString('latin1', Math.max(0, before.length - overlap)) + bytes.toString('latin1');
    return text.search(eventEnd) >= 0;
  }

  private hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.held.push(bytes);
    this.heldBytes += bytes.length;
    if (this.heldBytes > this.maxBytes) throw tooLarge(this.maxBytes);
  }
}

function dataOf(lines: string): string {
  return lines
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length))
    .join('\n');
}

function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError('upstream_invalid_response', {
    facts: { reason: `an event of its stream is larger than ${maxBytes} bytes` },
  });
}
