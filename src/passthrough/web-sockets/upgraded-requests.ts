/** Leads requests for a WebSocket through the same routes, hooks and guard as all others, and keeps their sockets for the handler. */
import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';

export interface Upgrade {
  readonly socket: Duplex;
  /** What came right behind the request. */
  readonly head: Buffer;
  /** Gives the socket to whoever answers it: nothing is written by HTTP any more. */
  take(): void;
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/** Undefined for a request that asks for no WebSocket. */
export function upgradeOf(request: IncomingMessage): Upgrade | undefined {
  return upgrades.get(request);
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-4.1 */
function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && headers['sec-websocket-key'] !== undefined
  );
}

export function acceptUpgrades(fastify: FastifyInstance): void {
  // What asks for another protocol, such as `h2c`, is answered as if it had not.
  Object.assign(fastify.server, { shouldUpgradeCallback: asksForWebSocket });
  fastify.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A server that cannot be told beforehand hands over what asks for another protocol too.
    if (!asksForWebSocket(request)) {
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    socket.on('error', () => socket.destroy());
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as never);
    const end = (): void => {
      response.detachSocket(socket as never);
      socket.end();
    };
    response.once('finish', end);
    upgrades.set(request, {
      socket,
      head,
      take() {
        response.off('finish', end);
        response.detachSocket(socket as never);
      },
    });
    fastify.routing(request, response);
  });
}
