/** What of a request goes over the wire as its body: bytes at hand, or a stream that is read while it is sent. */
import { Readable } from 'node:stream';
import type { OutboundRequest } from '../spec/outbound.js';

/** @param onFault is told what the stream's source has thrown: the request is broken off then, and that is why */
export function bodyOf(
  request: OutboundRequest,
  onFault: (fault: unknown) => void,
): string | Uint8Array | Readable | null {
  const { body, bodyStream } = request;
  if (bodyStream === undefined) return body ?? null;
  return Readable.from(watched(bodyStream, onFault), { objectMode: false });
}

async function* watched(
  source: AsyncIterable<Uint8Array>,
  onFault: (fault: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (fault) {
    onFault(fault);
    throw fault;
  }
}
