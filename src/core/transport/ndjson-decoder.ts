/** Turns the bytes of a stream of JSON lines, cut anywhere, into its lines. */
// https://github.com/ndjson/ndjson-spec
import { GatewayError } from '../errors/gateway-error.js';

const defaultMaxLineBytes = 1024 * 1024;
const lineFeed = 0x0a;

/**
 * Lines end with a line feed, which no byte of a longer UTF-8 character is; a carriage return before it is white space to
 * JSON. Blank lines are skipped.
 *
 * `push` throws `upstream_invalid_response` for a line above the limit, also while it is still incomplete. A decoder that
 * has thrown takes no more.
 */
export class NdjsonDecoder {
  private readonly text = new TextDecoder('utf-8');
  private pieces: Uint8Array[] = [];
  private heldBytes = 0;

  constructor(private readonly maxLineBytes = defaultMaxLineBytes) {}

  /** The lines that these bytes complete. */
  push(bytes: Uint8Array): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
      this.hold(bytes.subarray(start, end));
      this.take(lines);
      start = end + 1;
    }
    this.hold(bytes.subarray(start));
    return lines;
  }

  /** The stream is over: a last line may lack its line feed. */
  end(): string[] {
    const lines: string[] = [];
    this.take(lines);
    return lines;
  }

  private hold(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.heldBytes += bytes.length;
    if (this.heldBytes > this.maxLineBytes) {
      throw new GatewayError('upstream_invalid_response', {
        facts: { reason: `a line of its stream is larger than ${this.maxLineBytes} bytes` },
      });
    }
    this.pieces.push(bytes);
  }

  private take(lines: string[]): void {
    const [first, ...others] = this.pieces;
    this.pieces = [];
    this.heldBytes = 0;
    if (!first) return;
    const line = this.text.decode(others.length === 0 ? first : Buffer.concat([first, ...others])).trim();
    if (line !== '') lines.push(line);
  }
}
