/** Reads a request's body once its caller is known, and not a byte beyond the limit. */
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../core/errors/gateway-error.js';

/**
 * The whole body.
 *
 * @throws GatewayError `body_too_large` or `client_closed`
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = (): void => reject(new GatewayError('body_too_large', { facts: { limit: limitBytes } }));
    if (Number(request.headers['content-length']) > limitBytes) {
      tooLarge();
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) {
        request.pause();
        tooLarge();
      } else {
        chunks.push(chunk);
      }
    });
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.once('close', () => reject(new GatewayError('client_closed')));
  });
}
