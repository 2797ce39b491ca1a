/** One HTTP request of an export, through the client cache and the egress. */
import type { Dispatcher } from 'undici';
import type { OutboundRequest } from '#src/core/spec/outbound.js';
import { deliveryTimeoutMs } from '../exporter.js';

/** Connections to an address of the operator's. */
export type DispatcherTo = (origin: string) => Dispatcher;

/** @throws Error where the answer is not 2xx; redirects are not followed */
export async function deliverOverHttp(
  dispatcherTo: DispatcherTo,
  { origin, path, method, headers, body }: OutboundRequest,
  signal: AbortSignal,
): Promise<void> {
  const { statusCode, body: answer } = await dispatcherTo(origin).request({
    origin,
    path,
    method,
    headers: { ...headers },
    body: body ?? null,
    signal,
    headersTimeout: deliveryTimeoutMs,
    bodyTimeout: deliveryTimeoutMs,
  });
  await answer.dump();
  if (statusCode < 200 || statusCode > 299) throw new Error(`The server answered ${statusCode}.`);
}
