/** A request's headers and body in the form in which connections take them. */
import { Readable } from 'node:stream';
import type { BodyPiece, OutboundRequest } from '../spec/outbound.js';

export interface Sent {
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | Readable | null;
}

/** Pieces become a stream of their own each time, and say their length beforehand: not every provider takes chunks. */
export function toSent({ headers, body, pieces }: Pick<OutboundRequest, 'headers' | 'body' | 'pieces'>): Sent {
  if (!pieces) return { headers, body: body ?? null };
  const length = pieces.reduce((sum, piece) => sum + (isBytes(piece) ? piece.length : piece.size), 0);
  return {
    headers: { ...headers, 'content-length': String(length) },
    body: Readable.from(read(pieces), { objectMode: false }),
  };
}

async function* read(pieces: readonly BodyPiece[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const piece of pieces) {
    if (isBytes(piece)) yield piece;
    else yield* piece.read();
  }
}

function isBytes(piece: BodyPiece): piece is Uint8Array {
  return piece instanceof Uint8Array;
}
