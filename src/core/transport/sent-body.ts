/** A request's headers and body in the form in which connections take them. */
import { Readable } from 'node:stream';
import type { BodyPiece, OutboundRequest } from '../spec/outbound.js';

export interface Sent {
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | Readable | null;
}

type Unsent = Pick<OutboundRequest, 'headers' | 'body' | 'pieces' | 'bodyStream'>;

/**
 * Pieces become a stream of their own each time, and say their length beforehand: not every provider takes chunks.
 *
 * @param onFault is told what the source of a `bodyStream` has thrown: the request is broken off then, and that is why
 */
export function toSent(
  { headers, body, pieces, bodyStream }: Unsent,
  onFault: (fault: unknown) => void = () => undefined,
): Sent {
  if (bodyStream) return { headers, body: readable(watched(bodyStream, onFault)) };
  if (!pieces) return { headers, body: body ?? null };
  const length = pieces.reduce((sum, piece) => sum + (isBytes(piece) ? piece.length : piece.size), 0);
  return { headers: { ...headers, 'content-length': String(length) }, body: readable(read(pieces)) };
}

function readable(source: AsyncIterable<Uint8Array>): Readable {
  return Readable.from(source, { objectMode: false });
}

async function* read(pieces: readonly BodyPiece[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const piece of pieces) {
    if (isBytes(piece)) yield piece;
    else yield* piece.read();
  }
}

async function* watched(
  source: AsyncIterable<Uint8Array>,
  onFault: (fault: unknown) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* source;
  } catch (fault) {
    onFault(fault);
    throw fault;
  }
}

function isBytes(piece: BodyPiece): piece is Uint8Array {
  return piece instanceof Uint8Array;
}
