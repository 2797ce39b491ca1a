/** Joins a caller's abort signal to a running call. */
import { GatewayError } from './errors/gateway-error.js';

/**
 * Calls `abort` when the signal says so.
 *
 * @returns what ends the listening
 * @throws GatewayError `client_closed` where it has said so already
 */
export function onAbort(signal: AbortSignal | undefined, abort: (error: GatewayError) => void): () => void {
  if (signal === undefined) return () => undefined;
  const listener = (): void => abort(new GatewayError('client_closed', { cause: signal.reason }));
  if (signal.aborted) throw new GatewayError('client_closed', { cause: signal.reason });
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
