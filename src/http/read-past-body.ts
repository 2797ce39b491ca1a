/** What becomes of a body that is refused while its client is still sending it. */
import type { IncomingMessage } from 'node:http';

/** A client that sends nothing for this long will not go on. */
const idleMs = 1_000;
/** How often it may still send something before the connection is given up. */
const patience = 10;

/**
 * Node reads past the rest once the answer is out. To close at once would reset the connection under a client that is
 * still sending, and it might never see the answer; to read on for ever would let it hold the connection.
 */
export function readPastBody(request: IncomingMessage): void {
  if (!hasUnreadBody(request)) return;
  const { socket } = request;
  let seen = socket.bytesRead;
  let left = patience;
  const timer = setInterval(() => {
    left -= 1;
    // With a request that is not complete its connection goes too.
    if (left === 0 || socket.bytesRead === seen) request.destroy();
    seen = socket.bytesRead;
  }, idleMs).unref();
  request.once('close', () => clearInterval(timer));
}

function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);
}
