/** The connections, deadline and bounds of one attempt. */
import type { Deployment } from '../core/spec/deployment.js';
import type { CallOptions } from '../core/transport/execute-call.js';
import type { Connections, OpenExchange } from './operation.js';
import type { RequestSettings } from './request-settings.js';

/** Sets the exchange's deadline: a time-out is the request's, and what earlier attempts took is gone. */
export function callOptions(
  exchange: OpenExchange,
  settings: RequestSettings,
  stream: boolean,
  deployment: Deployment,
  connections: Connections,
): CallOptions {
  const { catalog, clock } = exchange;
  const { router } = catalog;
  exchange.deadlineAt = exchange.startedAt + (settings.timeoutMs ?? deployment.timeoutMs ?? router.timeoutMs);
  return {
    dispatcher: connections.dispatcherFor(deployment),
    dispatcherTo: connections.dispatcherTo,
    credentials: connections.credentials,
    clock,
    totalTimeoutMs: Math.max(1, exchange.deadlineAt - clock.monotonic()),
    idleTimeoutMs: stream
      ? (settings.streamTimeoutMs ?? deployment.streamTimeoutMs ?? router.streamTimeoutMs)
      : undefined,
    firstTokenTimeoutMs: stream ? (deployment.firstTokenTimeoutMs ?? router.firstTokenTimeoutMs) : undefined,
    maxResponseBytes: catalog.maxResponseBytes,
  };
}
