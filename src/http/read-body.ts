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
    const chunks: Buffer[] = [];
    let bytes = 0;
    const fail = (error: GatewayError): void => {
      stop();
      request.pause();
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > limitBytes) fail(tooLarge(limitBytes));
    };
    const finish = (): void => {
      stop();
      const [first, ...others] = chunks;
      resolve(first && others.length === 0 ? first : Buffer.concat(chunks));
    };
    const leave = (): void => fail(new GatewayError('client_closed'));
    // Every request closes in the end: a listener that stayed would run for each of them.
    const stop = (): void => {
      request.off('data', take).off('end', finish).off('close', leave);
    };
    if (request.destroyed) {
      reject(new GatewayError('client_closed'));
      return;
    }
    if (Number(request.headers['content-length']) > limitBytes) {
      reject(tooLarge(limitBytes));
      return;
    }
    request.on('data', take).on('end', finish).on('close', leave);
  });
}

export function tooLarge(limitBytes: number): GatewayError {
  return new GatewayError('body_too_large', { facts: { limit: limitBytes } });
}
