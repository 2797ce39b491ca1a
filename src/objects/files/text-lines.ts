/** Cuts a stream of bytes into lines, holding no more than one of them. */
import { GatewayError } from '../../core/errors/gateway-error.js';

const lineFeed = 0x0a;

/**
 * Each line with its line feed, where it has one.
 *
 * @throws GatewayError `invalid_request` for a line that is longer than `longestBytes`
 */
export async function* linesOf(content: AsyncIterable<Uint8Array>, longestBytes: number): AsyncGenerator<Buffer> {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let number = 1;
  const keep = (piece: Buffer): void => {
    kept.push(piece);
    keptBytes += piece.length;
    if (keptBytes > longestBytes) throw tooLong(number, longestBytes);
  };
  for await (const chunk of content) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, from)) {
      keep(bytes.subarray(from, end + 1));
      yield Buffer.concat(kept);
      kept = [];
      keptBytes = 0;
      number += 1;
      from = end + 1;
    }
    if (from < bytes.length) keep(bytes.subarray(from));
  }
  if (keptBytes > 0) yield Buffer.concat(kept);
}

function tooLong(number: number, longestBytes: number): GatewayError {
  const reason = `Line ${number} of the file is longer than ${longestBytes} bytes. Send such a request by itself.`;
  return new GatewayError('invalid_request', { param: 'file', facts: { reason } });
}
